"""Moebooru (yande.re, konachan): the tags that were seen are sent beside the new ones, and merged.

Source: its `post_controller.rb` and `post/tag_methods.rb`. With `old_tags` the server keeps what
others changed meanwhile; without, it would overwrite it. Bare `q`, `s`, `e`, `hold` and `hide`
are commands, which the policy keeps out. A deleted post answers 422 and a throttled client 421.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.outbox import NOTHING, Edit, Tags
from reviewer.sites.base import FileHash, RemotePost
from reviewer.sites.errors import NoPostError, RefusedError
from reviewer.sites.http import Http, HttpClient, Json
from reviewer.sites.ratings import no_ratings, rating_in, without_rating

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HASH_PREFIX = "hash:"
"""A key that begins so is the site's `password_hash`, salt and all; any other is an API key."""


class Moebooru(HttpClient):
    """A client of one Moebooru."""

    def __init__(self, url: str, user: str, key: str) -> None:
        """Takes the site's address, a login, and its API key or `hash:` and a password hash."""
        super().__init__(Http(url, user))
        if key.startswith(HASH_PREFIX):
            self._who = {"login": user, "password_hash": key.removeprefix(HASH_PREFIX)}
        else:
            self._who = {"username": user, "api_key": key}

    def find(self, file: FileHash) -> str | None:
        """The post of the file's MD5."""
        posts = self._posts(f"md5:{file.md5}")
        return str(posts[0]["id"]) if posts and "id" in posts[0] else None

    def read(self, remote_id: str) -> RemotePost:
        """The post, also where it is held back."""
        # Anything but a number would be read as more of the search.
        posts = self._posts(f"id:{remote_id} holds:all") if remote_id.isdecimal() else []
        if not posts:
            raise NoPostError(f"There is no post {remote_id}.")
        return _post(posts[0])

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Sends the tags seen and those wanted; the answer is the post before it is merged."""
        tags, rating = without_rating(edit)
        seen = no_ratings(before.tags)
        # In the body, where servers do not log it, and not in the address.
        form = {"id": remote_id, **self._who}
        if rating:
            form["post[rating]"] = rating[:1]
        if not tags.empty:
            form["post[old_tags]"] = " ".join(sorted(seen))
            form["post[tags]"] = " ".join(sorted((seen | tags.add) - tags.remove))
        answer = self._http.send("POST", "/post/update.json", form=form)
        if isinstance(answer, dict) and answer.get("success") is False:
            raise RefusedError(f"The site refused: {answer.get('reason', 'it gave no reason')}.")

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Tags that are on a post; aliases cannot be asked for."""
        return {tag: tag if self._is_used(tag) else None for tag in tags}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """Nothing: the site does not tell its implications."""
        return NOTHING

    def _posts(self, query: str) -> list[dict[str, Json]]:
        found = self._http.get("/post.json", {"tags": query, "limit": "1"})
        return found if isinstance(found, list) else []

    def _is_used(self, tag: str) -> bool:
        # The name is looked for anywhere in a tag's name, so there may be many.
        found = self._http.get("/tag.json", {"name": tag, "limit": "0"})
        rows = found if isinstance(found, list) else []
        return any(row.get("name") == tag and row.get("count", 0) > 0 for row in rows)


def _post(post: dict[str, Json]) -> RemotePost:
    if not isinstance(post.get("tags"), str):
        raise RefusedError("The answer is not a Moebooru post. Check the address.")
    return RemotePost(frozenset(post["tags"].split()) | rating_in(post.get("rating"), "sqe"))
