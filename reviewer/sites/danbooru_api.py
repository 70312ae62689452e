"""What Danbooru and its relative e621 have in common: posts by hash, differences, lists of tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reviewer.sites.errors import NoPostError
from reviewer.sites.http import HttpClient

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reviewer.core.outbox import Edit, Tags
    from reviewer.sites.base import FileHash
    from reviewer.sites.http import Http

AT_ONCE = 100
"""Names in one question."""
_ALIASES, _IMPLICATIONS = "/tag_aliases.json", "/tag_implications.json"


def difference(edit: Edit) -> str:
    """An edit as both sites write it: `tag -other`, in order of name."""
    return " ".join([*sorted(edit.add), *(f"-{tag}" for tag in sorted(edit.remove))])


def place_of(remote_id: str) -> str:
    """The path of a post."""
    return f"/posts/{quote(remote_id, safe='')}.json"


@dataclass(frozen=True, slots=True)
class TagRows:
    """The lists of tags, aliases and implications of a site.

    Attributes:
        http: The connection.
        name, antecedent: The fields of a search that take many names.
        between: What sets names apart in the field for aliases and implications; commas do in that
            for tags.
        limit: Most rows that the site gives at once.
    """

    http: Http
    name: str
    antecedent: str
    between: str
    limit: int

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """What the site calls some tags; those without posts and deprecated ones are unknown.

        Raises:
            SiteError: The site does not answer.
        """
        names = {tag: tag for tag in tags}
        for alias in self._active(_ALIASES, tags):
            names[alias["antecedent_name"]] = str(alias["consequent_name"])
        there = {
            row["name"]
            for row in self._rows("/tags.json", self.name, set(names.values()), ",")
            if row.get("post_count", 0) > 0 and not row.get("is_deprecated", False)
        }
        return {tag: name if name in there else None for tag, name in names.items()}

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """Those of `extra` that active implications bring in from `added`, step by step.

        Raises:
            SiteError: The site does not answer.
        """
        found: set[str] = set()
        waiting = set(added)
        while waiting and found != extra:
            rows = self._active(_IMPLICATIONS, waiting)
            waiting = ({str(row["consequent_name"]) for row in rows} & extra) - found
            found |= waiting
        return frozenset(found)

    def _active(self, path: str, names: Collection[str]) -> list[dict[str, Any]]:
        """Active rows that begin at one of the names."""
        return [
            row
            for row in self._rows(path, self.antecedent, names, self.between)
            if row.get("status") == "active" and row.get("antecedent_name") in names
        ]

    def _rows(
        self, path: str, field: str, names: Collection[str], between: str
    ) -> list[dict[str, Any]]:
        listed = sorted(names)
        rows: list[dict[str, Any]] = []
        for start in range(0, len(listed), AT_ONCE):
            wanted = between.join(listed[start : start + AT_ONCE])
            found = self.http.get(path, {field: wanted, "limit": str(self.limit)})
            # Where nothing is found e621 answers an object that holds an empty list.
            rows += found if isinstance(found, list) else []
        return rows


class DanbooruClient(HttpClient):
    """What clients of both sites do alike."""

    def __init__(self, tags: TagRows) -> None:
        """Takes the site's lists, and their connection for everything else."""
        super().__init__(tags.http)
        self._tags = tags

    def find(self, file: FileHash) -> str | None:
        """The post of the file's MD5."""
        try:
            found = self._http.get("/posts.json", {"md5": file.md5})
        except NoPostError:
            return None
        # e621 puts the post into an object of its own.
        post = found.get("post", found) if isinstance(found, dict) else None
        return str(post["id"]) if isinstance(post, dict) and "id" in post else None

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """Aliases by their tags; tags without posts and deprecated ones count as unknown."""
        return self._tags.known(tags)

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """What the site's own implications add."""
        return self._tags.brought(added, extra)
