"""Tags, what they imply, and which of them may be asked about."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from reviewer.core.types import Category, Tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping


class Implications:
    """Which tags a tag brings with it (`cat_ears` implies `animal_ears`), closed transitively.

    A cycle in the given pairs is harmless: a tag never implies itself.
    """

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        """Takes (child tag id, parent tag id) pairs."""
        self._parents: dict[int, set[int]] = {}
        self._children: dict[int, set[int]] = {}
        for child, parent in pairs:
            if child != parent:
                self._parents.setdefault(child, set()).add(parent)
                self._children.setdefault(parent, set()).add(child)
        self._ancestors: dict[int, frozenset[int]] = {}
        self._descendants: dict[int, frozenset[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._parents)

    def ancestors(self, tag_id: int) -> frozenset[int]:
        """All tags that `tag_id` implies, itself left out."""
        return _reach(tag_id, self._parents, self._ancestors)

    def descendants(self, tag_id: int) -> frozenset[int]:
        """All tags that imply `tag_id`, itself left out."""
        return _reach(tag_id, self._children, self._descendants)


def _reach(
    start: int, edges: Mapping[int, set[int]], known: dict[int, frozenset[int]]
) -> frozenset[int]:
    if start not in known:
        seen: set[int] = set()
        waiting = list(edges.get(start, ()))
        while waiting:
            tag_id = waiting.pop()
            if tag_id not in seen and tag_id != start:
                seen.add(tag_id)
                waiting.extend(edges.get(tag_id, ()))
        known[start] = frozenset(seen)
    return known[start]


@dataclass(frozen=True)
class Vocabulary:
    """All tags of a collection with their implications.

    Attributes:
        tags: By id.
        implications: Over the ids of `tags`.
        aliases: Other names of a tag, to its id.
        deprecated: Ids of tags that their site gave up: they are not asked about.
        wanted: Ids of tags that the user wants to be asked about, whatever kind they are of.
    """

    tags: MutableMapping[int, Tag]
    implications: Implications = field(default_factory=Implications)
    aliases: Mapping[str, int] = field(default_factory=dict)
    deprecated: frozenset[int] = frozenset()
    wanted: frozenset[int] = frozenset()

    @cached_property
    def by_name(self) -> dict[str, Tag]:
        """The tags by their names."""
        return {tag.name: tag for tag in self.tags.values()}

    def take_in(self, tag: Tag) -> None:
        """Learns a tag that was added meanwhile; all that share this vocabulary know it then."""
        self.by_name[tag.name] = tag
        self.tags[tag.id] = tag

    def find(self, name: str) -> Tag | None:
        """The tag of that name or alias."""
        tag = self.by_name.get(name)
        if tag is None and name in self.aliases:
            return self.tags.get(self.aliases[name])
        return tag

    def why_not_asked(
        self, tag: Tag, images: int, minimum: int, negatives: int | None = None
    ) -> str:
        """Why a tag is left out of the questions; empty if it may be asked.

        Args:
            tag: The tag.
            images: Images that carry it.
            minimum: Fewer images than this are too few to learn from.
            negatives: Images that do not carry it, where known.
        """
        return reason_not_asked(
            tag,
            images,
            minimum,
            negatives=negatives,
            deprecated=tag.id in self.deprecated,
            wanted=tag.id in self.wanted,
        )

    def name(self, tag_id: int) -> str:
        """The name of a tag; a placeholder with its number if it is unknown."""
        tag = self.tags.get(tag_id)
        return tag.name if tag else f"#{tag_id}"


NOT_VISUAL = frozenset({Category.META, Category.ARTIST})
"""Categories that a picture does not show: never asked unless the user says so."""

FEWEST_WITHOUT = 5
"""Images without a tag: with fewer there is nothing to tell it from."""

NAMESPACES_NOT_VISUAL = ("artist:", "creator:", "meta:", "rating:", "source:", "date:")


def reason_not_asked(
    tag: Tag,
    images: int,
    minimum: int,
    *,
    negatives: int | None = None,
    deprecated: bool = False,
    wanted: bool = False,
) -> str:
    """Why a tag is left out of the questions; empty if it may be asked.

    Args:
        tag: The tag.
        images: Images that carry it.
        minimum: Fewer images than this are too few to learn from.
        negatives: Images that do not carry it, where known.
        deprecated: Whether its site gave it up.
        wanted: Whether the user wants it to be asked about, whatever kind it is of.
    """
    if not wanted and (kind := _kind_not_asked(tag, deprecated=deprecated)):
        return kind
    if images < minimum:
        return f"on fewer than {minimum} images: too few to learn from"
    if negatives is not None and negatives < FEWEST_WITHOUT:
        return "on nearly every image: nothing to tell it from"
    return ""


def _kind_not_asked(tag: Tag, *, deprecated: bool) -> str:
    """Why a tag of its kind is not asked about unless the user says so; empty if it is."""
    if tag.category in NOT_VISUAL:
        return f"{tag.category.word} tag: a picture does not show it"
    if tag.name.startswith(NAMESPACES_NOT_VISUAL):
        return "namespace that a picture does not show"
    return "deprecated: its site gave it up" if deprecated else ""
