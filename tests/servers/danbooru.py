"""Danbooru, as its post_edit.rb says: silent merges, implications, tags that are left out."""

from __future__ import annotations

import base64

from tests.servers.loopback import Json, LoopbackSite, Post, RefusedError, Request


class DanbooruSite(LoopbackSite):
    def __init__(self) -> None:
        super().__init__()
        self.deprecated: set[str] = set()
        self.automatic: set[str] = set()

    def is_write(self, request: Request) -> bool:
        return request.method in {"PUT", "PATCH"}

    def handle(self, request: Request) -> Json:
        self._authorize(request)
        match request.path:
            case "/posts.json":
                found = [k for k, post in self.posts.items() if post.md5 == request.query["md5"]]
                if not found:
                    raise RefusedError(
                        404, {"success": False, "message": "That record was not found."}
                    )
                return self.shown(found[0], self.posts[found[0]])
            case "/tags.json":
                return self._tags(self._asked(request))
            case "/tag_aliases.json":
                return self._relations(self.aliases, self._asked(request))
            case "/tag_implications.json":
                return self._relations(self.implications, self._asked(request))
        post_id = request.path.removeprefix("/posts/").removesuffix(".json")
        if post_id not in self.posts:
            raise RefusedError(404, {"success": False, "message": "That record was not found."})
        post = self.posts[post_id]
        if self.is_write(request):
            self.update(post, request.form)
        return self.shown(post_id, post)

    def shown(self, post_id: str, post: Post) -> Json:
        return {
            "id": int(post_id),
            "tag_string": " ".join(sorted(post.tags)),
            "rating": post.rating,
        }

    def update(self, post: Post, form: dict[str, str]) -> None:
        post.rate(self.user, form.get("post[rating]", ""))
        if "post[tag_string]" not in form:
            return
        old = set(form["post[old_tag_string]"].split())
        words = form["post[tag_string]"].lower().split()
        negated = {self._real(word[1:]) for word in words if word.startswith("-")}
        new = {word for word in words if not word.startswith("-")}
        added = {self._real(word) for word in new - old} - negated - self.deprecated
        self.store(post, (post.tags | added) - negated - (old - new))

    def store(self, post: Post, tags: set[str]) -> None:
        tags = set(tags) - self.automatic | (post.tags & self.automatic)
        while more := {self.implications[t] for t in tags if t in self.implications} - tags:
            tags |= more
        self.known |= tags
        post.change(self.user, tags)

    def _real(self, tag: str) -> str:
        return self.aliases.get(tag, tag)

    def _authorize(self, request: Request) -> None:
        pair = base64.b64encode(f"{self.user}:{self.key}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            raise RefusedError(401, {"success": False, "message": "Access denied"})

    def _asked(self, request: Request) -> list[str]:
        (text,) = (v for k, v in request.query.items() if k.startswith("search["))
        return text.split(",")

    def _tags(self, names: list[str]) -> Json:
        return [
            {"name": name, "post_count": 9, "is_deprecated": name in self.deprecated}
            for name in names
            if name in self.known
        ]

    def _relations(self, pairs: dict[str, str], names: list[str]) -> Json:
        return [
            {"antecedent_name": name, "consequent_name": pairs[name], "status": "active"}
            for name in names
            if name in pairs
        ]
