"""Ratings of posts, which sites keep apart from the tags, as one tag more: `rating:explicit`.

So a change of rating is compared, sent, looked at and taken back as a change of tags is; only a
client, which turns one into the other, knows of the difference.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.core.choices.ratings import is_rating, rating_tag, word_of
from reviewer.core.outbox import NOTHING, Edit, Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

SAFETY: Mapping[str, str] = MappingProxyType(
    {"safe": "safe", "questionable": "sketchy", "explicit": "unsafe"}
)
"""Ratings as szurubooru names them."""


def rating_in(written: object, scheme: str) -> Tags:
    """The rating of a post as a tag; nothing where it has none.

    Args:
        written: A letter, or a word of the scheme.
        scheme: `sqe` or `gsqe`.
    """
    name = rating_tag(written[:1].lower(), scheme) if isinstance(written, str) else ""
    return frozenset({name}) if name else NOTHING


def safety_in(written: object) -> Tags:
    """The rating of a post of szurubooru as a tag."""
    word = next((word for word, own in SAFETY.items() if own == written), "")
    return rating_in(word, "sqe")


def without_rating(edit: Edit) -> tuple[Edit, str]:
    """An edit of tags alone, and the word of the rating to set; empty to leave it.

    A rating goes by being replaced: one that is to go without another is left out.
    """
    words = sorted(word_of(tag) for tag in edit.add if is_rating(tag))
    tags = replace(
        edit,
        add=no_ratings(edit.add),
        remove=no_ratings(edit.remove),
        follows=no_ratings(edit.follows),
        new=no_ratings(edit.new),
    )
    return tags, words[0] if words else ""


def no_ratings(tags: Tags) -> Tags:
    """Tags without ratings."""
    return frozenset(tag for tag in tags if not is_rating(tag))
