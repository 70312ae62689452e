"""Ratings by name, for plots: sites write a letter, which does not mean the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

RATINGS = {
    "g": "general",
    "s": "sensitive",
    "q": "questionable",
    "e": "explicit",
    "none": "without a rating",
}
WITHOUT_SENSITIVE = "safe"
"""What the letter s means where no image is rated g."""


def rating_names(letters: Collection[str]) -> dict[str, str]:
    """The names of the ratings that there are, from the mildest on.

    Args:
        letters: As sites write them; what is none of them keeps its own name, and stands last.
    """
    names = dict(RATINGS)
    if "g" not in letters:
        names["s"] = WITHOUT_SENSITIVE
    order = [*RATINGS, *sorted(set(letters) - set(RATINGS))]
    return {letter: names.get(letter, letter) for letter in order if letter in letters}
