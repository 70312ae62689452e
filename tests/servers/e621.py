"""e621, as its posts_controller.rb and post.rb say: differences with a reason, locked tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.servers.danbooru import DanbooruSite

if TYPE_CHECKING:
    from tests.servers.loopback import Json, Post, Request


class E621Site(DanbooruSite):
    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[str] = []

    def shown(self, post_id: str, post: Post) -> Json:
        groups = {"general": sorted(post.tags), "species": [], "character": []}
        locked = sorted(post.locked)
        return {
            "post": {
                "id": int(post_id),
                "tags": groups,
                "locked_tags": locked,
                "change_seq": post.version,
                "rating": post.rating,
            }
        }

    def update(self, post: Post, form: dict[str, str]) -> None:
        self.reasons.append(form["post[edit_reason]"])
        post.rate(self.user, form.get("post[rating]", ""))
        words = form.get("post[tag_string_diff]", "").split()
        removed = {self._real(word[1:]) for word in words if word.startswith("-")}
        added = {self._real(word) for word in words if not word.startswith("-")}
        tags = (post.tags | added) - removed
        tags -= {word[1:] for word in post.locked if word.startswith("-")}
        tags |= {word for word in post.locked if not word.startswith("-")}
        self.store(post, tags)

    def _asked(self, request: Request) -> list[str]:
        (text,) = (v for k, v in request.query.items() if k.startswith("search["))
        return text.split("," if request.path == "/tags.json" else None)

    def _tags(self, names: list[str]) -> Json:
        # The site answers an object where nothing is found.
        return super()._tags(names) or {"tags": []}
