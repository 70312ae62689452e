"""Hydrus's Client API, as its developer_api.md says and a real client answered: no locking."""

from __future__ import annotations

import json

from tests.servers.loopback import Json, LoopbackSite, Post, RefusedError, Request

MY_TAGS = "6c6f63616c2074616773"
OTHER = "ab" * 32


class HydrusSite(LoopbackSite):
    def __init__(self) -> None:
        super().__init__()
        self.repository: dict[str, dict[str, dict[str, str]]] = {}
        """By file and kind of tag: the tags of the repository, with the reason of a petition."""

    def post(self, post_id: str, tags: str, **values: Json) -> Post:
        self.posts[post_id] = Post(set(tags.split(",")), **values)
        return self.posts[post_id]

    def somebody(self, post_id: str, *, add: str = "", remove: str = "") -> None:
        with self.lock:
            post = self.posts[post_id]
            post.deleted |= {remove} & post.tags
            post.change("somebody", (post.tags | ({add} - {""})) - {remove})

    def is_write(self, request: Request) -> bool:
        return request.path == "/add_tags/add_tags"

    def handle(self, request: Request) -> Json:
        key = request.headers.get("Hydrus-Client-API-Access-Key")
        if not key:
            raise RefusedError(401, {"error": "No access key"})
        if key != self.key:
            raise RefusedError(403, {"error": "Did not find an entry for that access key!"})
        match request.path:
            case "/get_services":
                services = {
                    MY_TAGS: {"name": "my tags", "type": 5, "type_pretty": "local tag service"},
                    OTHER: {"name": "public", "type": 0, "type_pretty": "hydrus tag repository"},
                }
                return {"services": services, "version": 95}
            case "/get_files/file_metadata":
                hashes = json.loads(request.query["hashes"])
                return {"metadata": [self._metadata(sha256) for sha256 in hashes]}
            case "/add_tags/add_tags":
                return self._add_tags(request.body)
            case "/add_tags/search_tags":
                return {"tags": self._used(request.query["search"])}
        raise RefusedError(404)

    def _metadata(self, sha256: str) -> Json:
        if sha256 not in self.posts:
            return {"file_id": None, "hash": sha256}
        post = self.posts[sha256]
        stored = {"0": sorted(post.tags), "2": sorted(post.deleted)}
        tags = {MY_TAGS: {"name": "my tags", "storage_tags": stored, "display_tags": {}}}
        shared = {kind: sorted(held) for kind, held in self.repository.get(sha256, {}).items()}
        tags[OTHER] = {"name": "public", "storage_tags": shared, "display_tags": {}}
        return {"file_id": 7, "hash": sha256, "is_local": True, "tags": tags}

    def _ask_repository(self, sha256: str, actions: dict[str, Json]) -> None:
        """Pend, rescind a pend, petition with a reason, rescind a petition: nothing else."""
        held = self.repository.setdefault(sha256, {})
        current, pending, petitioned = (held.setdefault(kind, {}) for kind in ("0", "1", "3"))
        for action, tags in actions.items():
            for entry in tags:
                if action == "2" and entry not in current:
                    pending[entry] = ""
                elif action == "3":
                    pending.pop(entry)
                elif action == "4" and entry[0] in current:
                    petitioned[entry[0]] = entry[1]
                elif action == "5":
                    petitioned.pop(entry)
                else:
                    raise RefusedError(400, {"error": f"{action} of {entry}"})

    def _used(self, start: str) -> list[dict[str, Json]]:
        tags = [tag for post in self.posts.values() for tag in post.tags]
        tags += [tag.replace("_", " ") for tag in self.known]
        found = {tag for tag in tags if tag.startswith(start)}
        return [{"value": tag, "count": max(tags.count(tag), 1)} for tag in sorted(found)]

    def _add_tags(self, body: dict[str, Json]) -> None:
        # An unknown file is no error there.
        post = self.posts.get(body["hash"])
        if post is None:
            return
        for service, actions in body["service_keys_to_actions_to_tags"].items():
            if service == OTHER:
                self._ask_repository(body["hash"], actions)
                continue
            if service != MY_TAGS:
                raise RefusedError(400, {"error": "service"})
            added, gone = set(actions.get("0", [])), set(actions.get("1", []))
            if not body["override_previously_deleted_mappings"]:
                added -= post.deleted
            post.deleted -= added
            post.deleted |= gone if body["create_new_deleted_mappings"] else gone & post.tags
            tags = (post.tags | added) - gone
            if tags != post.tags:
                post.change(self.user, tags)
