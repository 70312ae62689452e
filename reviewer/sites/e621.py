"""e621 and e926: a difference is sent with a reason; locked tags win over every edit.

Source: its `posts_controller.rb` and `post.rb`. `tag_string_diff` is the whole edit; what it does
not name stays. The reply is 200 whatever the server left out, so the post is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.sites.base import FileHash, RemotePost
from reviewer.sites.danbooru import AT_ONCE, alias_targets, difference, implied
from reviewer.sites.errors import NoPostError, RefusedError
from reviewer.sites.http import Http, Json
from reviewer.sites.ratings import rating_in, without_rating

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reviewer.core.outbox import Edit, Tags

TAGS = "/tags.json"
LONGEST_REASON = 250
"""Characters that the site keeps of a reason."""


class E621:
    """A client of one e621."""

    def __init__(self, url: str, user: str, key: str, *, timeout_s: float = 30.0) -> None:
        """Takes the site's address, a login and its API key."""
        self._http = Http(url, user, auth=(user, key), timeout_s=timeout_s)

    def find(self, file: FileHash) -> str | None:
        """The post of the file's MD5."""
        try:
            found = self._http.get("/posts.json", {"md5": file.md5})
        except NoPostError:
            return None
        post = found.get("post", found) if isinstance(found, dict) else None
        return str(post["id"]) if isinstance(post, dict) and "id" in post else None

    def read(self, remote_id: str) -> RemotePost:
        """The post with the tags that are locked out; its `change_seq` is its version."""
        return _post(self._http.get(_place(remote_id)))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Sends the difference with its reason; the answer does not tell what was left out."""
        tags, rating = without_rating(edit)
        form = {"post[edit_reason]": reason[:LONGEST_REASON]}
        if rating:
            form["post[rating]"] = rating[:1]
        if not tags.empty:
            form["post[tag_string_diff]"] = difference(tags)
        self._http.send("PATCH", _place(remote_id), form=form)

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Aliases by their tags; tags without posts count as unknown."""
        names = alias_targets(self._rows, "search[antecedent_name]", tags)
        there = {
            row["name"]
            for row in self._rows(TAGS, "search[name]", set(names.values()))
            if row.get("post_count", 0) > 0
        }
        return {tag: name if name in there else None for tag, name in names.items()}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """What the site's own implications add."""
        return implied(self._rows, "search[antecedent_name]", added, extra)

    def pause(self) -> float:
        """Seconds that the last answer asks to leave the site alone."""
        return self._http.pause

    def close(self) -> None:
        """Lets go of the connection."""
        self._http.close()

    def _rows(self, path: str, field: str, names: Collection[str]) -> list[dict[str, Any]]:
        listed = sorted(names)
        rows: list[dict[str, Any]] = []
        # Names of tags are split at commas, those of aliases and implications at spaces; only
        # newer versions take either.
        between = "," if path == TAGS else " "
        for start in range(0, len(listed), AT_ONCE):
            wanted = between.join(listed[start : start + AT_ONCE])
            found = self._http.get(path, {field: wanted, "limit": "320"})
            # Where nothing is found the site answers an object that holds an empty list.
            rows += found if isinstance(found, list) else []
        return rows


def _place(remote_id: str) -> str:
    return f"/posts/{quote(remote_id, safe='')}.json"


def _post(answer: Json) -> RemotePost:
    post = answer.get("post", answer) if isinstance(answer, dict) else None
    groups = post.get("tags") if isinstance(post, dict) else None
    if not isinstance(post, dict) or not isinstance(groups, dict):
        raise RefusedError("The answer is not an e621 post. Check the address and the post.")
    tags = frozenset(str(tag) for group in groups.values() for tag in group)
    locked = post.get("locked_tags") or []
    words = locked.split() if isinstance(locked, str) else [str(word) for word in locked]
    denied = frozenset(word[1:] for word in words if word.startswith("-"))
    tags |= rating_in(post.get("rating"), "sqe")
    return RemotePost(tags, str(post.get("change_seq", "")), denied)
