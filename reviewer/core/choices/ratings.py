"""Ratings as tags of which an image has one: `rating:safe`, `rating:explicit`.

Danbooru rated images safe, questionable or explicit (scheme `sqe`) and has since changed to
general, sensitive, questionable and explicit (`gsqe`): its letter `s` means one thing before and
another after. The words say which, so a tag is the word; the letter and its scheme stay with the
image as the source wrote them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.core.types import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "rating:"
SCHEMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sqe": ("safe", "questionable", "explicit"),
        "gsqe": ("general", "sensitive", "questionable", "explicit"),
    }
)
"""The words of each scheme, from the mildest on; a letter is the first of its word."""
WORDS = tuple(dict.fromkeys(word for words in SCHEMES.values() for word in words))
TAGS = tuple(f"{PREFIX}{word}" for word in WORDS)
"""Names of all tags that are ratings."""


def rating_tag(letter: str, scheme: str) -> str:
    """The tag of a rating as a source wrote it; empty without one."""
    words = SCHEMES.get(scheme, ())
    return next((f"{PREFIX}{word}" for word in words if letter and word[0] == letter), "")


def is_rating(name: str) -> bool:
    """Whether a tag is a rating."""
    return name in TAGS


def word_of(name: str) -> str:
    """The word of a rating tag ("explicit"); empty for another tag."""
    return name.removeprefix(PREFIX) if is_rating(name) else ""


def letter_of(name: str) -> str:
    """How sites write a rating tag ("e"); empty for another tag."""
    return word_of(name)[:1]


def scheme_of(names: Iterable[str]) -> str:
    """The scheme that some rating tags belong to.

    Args:
        names: Tags of one image or of many.

    Returns:
        Empty where they do not tell: `questionable` and `explicit` are in both.
    """
    words = {word_of(name) for name in names} - {""}
    for scheme, own in SCHEMES.items():
        others = {word for words_ in SCHEMES.values() if words_ is not own for word in words_}
        if words & set(own) - others:
            return scheme
    return ""


@dataclass(frozen=True)
class RatingIds:
    """The ids of the rating tags in a collection.

    Attributes:
        by_name: Id by the tag's name; those that the collection knows.
    """

    by_name: Mapping[str, int]

    @classmethod
    def among(cls, ids: Mapping[str, int]) -> RatingIds:
        """The ratings among all tags of a collection."""
        return cls({name: ids[name] for name in TAGS if name in ids})

    @property
    def ids(self) -> frozenset[int]:
        """All of them."""
        return frozenset(self.by_name.values())

    def name(self, tag_id: int) -> str:
        """The tag of an id; empty for another tag."""
        return next((name for name, own in self.by_name.items() if own == tag_id), "")

    def original(self, letter: str, scheme: str, tags: frozenset[int]) -> frozenset[int]:
        """What the metadata say of an image's rating: a field of its own, else tags.

        Args:
            letter: As the source wrote it; empty without a rating.
            scheme: That it belongs to.
            tags: The image's original tags.
        """
        name = rating_tag(letter, scheme)
        if name:
            return frozenset({self.by_name[name]}) if name in self.by_name else frozenset()
        return tags & self.ids


def rating_now(original: Iterable[int], answers: Mapping[int, Answer]) -> int | None:
    """The rating of an image as it is corrected; `None` where it has none, or several.

    Args:
        original: Ids of its rating tags in the metadata.
        answers: Live answers to its rating tags, by id.
    """
    said = [tag_id for tag_id, answer in answers.items() if answer is Answer.YES]
    if said:
        return said[-1]
    left = [tag_id for tag_id in original if answers.get(tag_id) is not Answer.NO]
    return left[0] if len(left) == 1 else None
