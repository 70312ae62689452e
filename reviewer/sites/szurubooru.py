"""szurubooru: every edit carries the version that was seen; a stale one is answered with 409.

Source: its API.md. The whole list of tags is sent; unknown tags are made without a word, so they
are asked for first. An alias is stored under the first name of its tag. The server applies no
implications.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from reviewer.core.choices.ratings import word_of
from reviewer.core.outbox import NOTHING, Edit, Tags
from reviewer.sites.base import FileHash, RemotePost
from reviewer.sites.errors import NoPostError, RefusedError
from reviewer.sites.http import Http, HttpClient, Json
from reviewer.sites.live import LivePost
from reviewer.sites.ratings import SAFETY, no_ratings, safety_in, without_rating

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

FIELDS = "id,version,tags,safety"
LIVE_FIELDS = "id,tags,safety,checksum,source"
_NOT_OURS = "The answer is not a szurubooru's."
TOKEN_PREFIX = "token:"
"""A key that begins so is a user token; any other is a password."""


class Szurubooru(HttpClient):
    """A client of one szurubooru."""

    files_at_once = 50

    def __init__(self, url: str, user: str, key: str) -> None:
        """Takes the server's address, a login, and its password or `token:` and a user token."""
        headers = {"Content-Type": "application/json"}
        auth: tuple[str, str] | None = (user, key)
        if key.startswith(TOKEN_PREFIX):
            pair = f"{user}:{key.removeprefix(TOKEN_PREFIX)}".encode()
            headers["Authorization"] = f"Token {base64.b64encode(pair).decode()}"
            auth = None
        super().__init__(Http(url, user, headers=headers, auth=auth))

    def find(self, file: FileHash) -> str | None:
        """The post with the file's SHA-1 as its checksum."""
        found = self._http.get(
            "/api/posts/", {"query": f"content-checksum:{file.sha1}", "fields": "id", "limit": "1"}
        )
        results = found.get("results") if isinstance(found, dict) else None
        return str(results[0].get("id")) if results else None

    def posts(self, files: Sequence[FileHash]) -> Mapping[str, LivePost]:
        """The posts of files, found by their SHA-1, by the files' SHA-256."""
        own = {file.sha1: file.sha256 for file in files}
        wanted = {
            "query": f"content-checksum:{','.join(own)}",
            "fields": LIVE_FIELDS,
            "limit": str(len(own)),
        }
        found = self._http.get("/api/posts/", wanted)
        rows = found.get("results") if isinstance(found, dict) else None
        if not isinstance(rows, list):
            raise RefusedError(f"{_NOT_OURS} Check the address of the destination.")
        posts = {str(row.get("checksum", "")).lower(): row for row in rows}
        return {own[sha1]: _live(row) for sha1, row in posts.items() if sha1 in own}

    def read(self, remote_id: str) -> RemotePost:
        """The post with its version."""
        return _post(self._http.get(_place(remote_id), {"fields": FIELDS}))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> RemotePost:
        """Sends the whole list with the version seen; the answer is the post as stored."""
        change, rating = without_rating(edit)
        body: dict[str, Json] = {"version": int(before.version)}
        if rating:
            body["safety"] = SAFETY[rating]
        if not change.empty:
            body["tags"] = sorted((no_ratings(before.tags) | change.add) - change.remove)
        place = f"{_place(remote_id)}?fields={FIELDS}"
        return _post(self._http.send("PUT", place, body=body))

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Asks for each tag; szurubooru answers an alias with the tag's first name."""
        return {tag: self._first_name(tag) for tag in tags}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """Nothing."""
        return NOTHING

    def _first_name(self, tag: str) -> str | None:
        try:
            found = self._http.get(f"/api/tag/{quote(tag, safe='')}", {"fields": "names"})
        except NoPostError:
            return None
        names = found.get("names") if isinstance(found, dict) else None
        return str(names[0]).lower() if names else None


def _live(row: dict[str, Json]) -> LivePost:
    try:
        tags = tuple((str(tag["names"][0]), str(tag.get("category") or "")) for tag in row["tags"])
        rating = next(iter(safety_in(row.get("safety"))), "")
        return LivePost(
            str(int(row["id"])), tags, word_of(rating)[:1], str(row.get("source") or "")
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise RefusedError(f"{_NOT_OURS} Check the address of the destination.") from error


def _place(remote_id: str) -> str:
    return f"/api/post/{quote(remote_id, safe='')}"


def _post(answer: Json) -> RemotePost:
    try:
        # Names are compared without case there; `1GIRL` and `1girl` are one tag.
        names = frozenset(str(tag["names"][0]).lower() for tag in answer["tags"])
        return RemotePost(names | safety_in(answer.get("safety")), str(int(answer["version"])))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise RefusedError(
            "The answer is not a szurubooru post. Check the address of the destination."
        ) from error
