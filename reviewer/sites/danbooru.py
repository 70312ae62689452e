"""Danbooru: an edit is merged into whatever the post has; a reply of 200 does not say it was.

Source: its `post_edit.rb`. The text of tags is a little language (`rating:e`, `-tag`), so every
word is checked by the policy before it comes here. With an empty `old_tag_string` the new one is
a plain difference: `tag` adds, `-tag` takes away, and nothing else is touched. Deprecated and
invalid tags are left out by the server with a warning; automatic and implied ones are put back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.sites.base import FileHash, RemotePost
from reviewer.sites.errors import NoPostError, RefusedError
from reviewer.sites.http import Http, Json
from reviewer.sites.ratings import rating_in, without_rating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.core.outbox import Edit, Tags

Rows = Callable[[str, str, Collection[str]], list[dict[str, Any]]]
"""Asks for the rows of a list (its path) that a field finds by names."""

AT_ONCE = 100
"""Names in one question."""


def difference(edit: Edit) -> str:
    """An edit as Danbooru and e621 write it: `tag -other`, in order of name."""
    return " ".join([*sorted(edit.add), *(f"-{tag}" for tag in sorted(edit.remove))])


class Danbooru:
    """A client of one Danbooru."""

    def __init__(self, url: str, user: str, key: str, *, timeout_s: float = 30.0) -> None:
        """Takes the site's address, a login and its API key."""
        self._http = Http(url, user, auth=(user, key), timeout_s=timeout_s)

    def find(self, file: FileHash) -> str | None:
        """The post of the file's MD5."""
        try:
            found = self._http.get("/posts.json", {"md5": file.md5})
        except NoPostError:
            return None
        return str(found["id"]) if isinstance(found, dict) and "id" in found else None

    def read(self, remote_id: str) -> RemotePost:
        """The post; it has no version."""
        return _post(self._http.get(_place(remote_id)))

    def write(self, remote_id: str, before: RemotePost, edit: Edit, reason: str) -> None:
        """Sends the difference; the answer may show what was asked for, not what was stored."""
        tags, rating = without_rating(edit)
        form = {"post[rating]": rating[:1]} if rating else {}
        if not tags.empty:
            form |= {"post[tag_string]": difference(tags), "post[old_tag_string]": ""}
        self._http.send("PUT", _place(remote_id), form=form)

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Aliases by their tags; tags without posts and deprecated ones count as unknown."""
        names = alias_targets(self._rows, "search[antecedent_name_comma]", tags)
        wanted = set(names.values())
        there = {
            row["name"]
            for row in self._rows("/tags.json", "search[name_comma]", wanted)
            if row.get("post_count", 0) > 0 and not row.get("is_deprecated", False)
        }
        return {tag: name if name in there else None for tag, name in names.items()}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """What the site's own implications add."""
        return implied(self._rows, "search[antecedent_name_comma]", added, extra)

    def pause(self) -> float:
        """Seconds that the last answer asks to leave the site alone."""
        return self._http.pause

    def close(self) -> None:
        """Lets go of the connection."""
        self._http.close()

    def _rows(self, path: str, field: str, names: Collection[str]) -> list[dict[str, Any]]:
        listed = sorted(names)
        rows: list[dict[str, Any]] = []
        for start in range(0, len(listed), AT_ONCE):
            wanted = ",".join(listed[start : start + AT_ONCE])
            found = self._http.get(path, {field: wanted, "limit": "1000"})
            rows += found if isinstance(found, list) else []
        return rows


def alias_targets(rows: Rows, field: str, tags: Collection[str]) -> dict[str, str]:
    """Each tag with the name that it goes by: its own, or that of an active alias."""
    names = {tag: tag for tag in tags}
    for row in rows("/tag_aliases.json", field, tags):
        if row.get("status") == "active" and row.get("antecedent_name") in names:
            names[row["antecedent_name"]] = str(row["consequent_name"])
    return names


def implied(rows: Rows, field: str, added: Tags, extra: Tags) -> Tags:
    """Those of `extra` that active implications bring in from `added`, step by step."""
    found: set[str] = set()
    waiting = set(added)
    while waiting and found != extra:
        parents = {
            str(row["consequent_name"])
            for row in rows("/tag_implications.json", field, waiting)
            if row.get("status") == "active" and row.get("antecedent_name") in waiting
        }
        waiting = (parents & extra) - found
        found |= waiting
    return frozenset(found)


def _place(remote_id: str) -> str:
    return f"/posts/{quote(remote_id, safe='')}.json"


def _post(answer: Json) -> RemotePost:
    if not isinstance(answer, dict) or not isinstance(answer.get("tag_string"), str):
        raise RefusedError("The answer is not a Danbooru post. Check the address and the post.")
    tags = frozenset(answer["tag_string"].split())
    return RemotePost(tags | rating_in(answer.get("rating"), "gsqe"))
