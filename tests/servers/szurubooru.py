"""szurubooru, as its API.md and a real one answered: versions, 409, names without case."""

from __future__ import annotations

import base64
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.servers.loopback import Json, LoopbackSite, Post, RefusedError, Request

if TYPE_CHECKING:
    from collections.abc import Mapping


SAFETY_OF = {"s": "safe", "q": "sketchy", "e": "unsafe"}


class SzurubooruSite(LoopbackSite):
    categories: Mapping[str, str] = MappingProxyType({})

    def is_write(self, request: Request) -> bool:
        return request.method == "PUT"

    def handle(self, request: Request) -> Json:
        self._authorize(request)
        if request.path == "/api/posts/":
            wanted = request.query["query"].removeprefix("content-checksum:").split(",")
            found = [key for key, post in self.posts.items() if post.sha1 in wanted]
            found = found[: int(request.query["limit"])]
            return {"results": [self._resource(key, request.query["fields"]) for key in found]}
        if request.path.startswith("/api/tag/"):
            name = request.path.removeprefix("/api/tag/").lower()
            name = self.aliases.get(name, name)
            if name not in self.known:
                raise RefusedError(
                    404, {"name": "TagNotFoundError", "description": "Tag not found."}
                )
            return {"names": [name]}
        post_id = request.path.removeprefix("/api/post/").rstrip("/")
        post = self.posts.get(post_id)
        if post is None:
            raise RefusedError(404, {"name": "PostNotFoundError", "description": "Post not found."})
        if request.method == "PUT":
            self._update(post, request.body)
        tags = [{"names": [tag], "category": "default"} for tag in sorted(post.tags)]
        safety = SAFETY_OF[post.rating]
        return {"id": int(post_id), "version": post.version, "tags": tags, "safety": safety}

    def _resource(self, key: str, fields: str) -> Json:
        post = self.posts[key]
        tags = [
            {"names": [tag, f"{tag}_alias"], "category": self.categories.get(tag, "default")}
            for tag in sorted(post.tags)
        ]
        whole = {
            "id": int(key),
            "version": post.version,
            "tags": tags,
            "safety": SAFETY_OF[post.rating],
            "checksum": post.sha1,
            "source": None,
        }
        return {field: whole[field] for field in fields.split(",")}

    def _authorize(self, request: Request) -> None:
        given = request.headers.get("Authorization", "")
        pair = base64.b64encode(f"{self.user}:{self.key}".encode()).decode()
        if given not in {f"Basic {pair}", f"Token {pair}"}:
            raise RefusedError(401, {"name": "AuthError", "description": "Invalid password."})

    def _update(self, post: Post, body: dict[str, Json]) -> None:
        if "version" not in body:
            raise RefusedError(
                400, {"name": "MissingRequiredParameterError", "description": "version"}
            )
        if body["version"] != post.version:
            description = "Someone else modified this in the meantime. Please try again."
            raise RefusedError(409, {"name": "IntegrityError", "description": description})
        if "safety" in body:
            post.rate(self.user, {"safe": "s", "sketchy": "q", "unsafe": "e"}[body["safety"]])
        if "tags" not in body:
            return
        tags = {self.aliases.get(tag.lower(), tag.lower()) for tag in body["tags"]}
        if any(" " in tag for tag in tags):
            raise RefusedError(400, {"name": "InvalidTagNameError", "description": "bad name"})
        self.known |= tags
        post.change(self.user, tags)
