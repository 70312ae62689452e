"""Whether a tagger may have been trained on the labels that it is to judge."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from reviewer.core.held_out import held_out

if TYPE_CHECKING:
    from reviewer.store.library import Library


def seen_key(version: str) -> str:
    """Where the store remembers whether a version may have seen the collection's labels."""
    return f"seen_labels:{version}"


def may_have_seen(library: Library, version: str) -> bool:
    """Whether a brought version may have been trained on this collection's own labels."""
    return library.state.get(seen_key(version)) in {"yes", "may", "unknown"}


def surely_unseen(library: Library, version: str) -> bool:
    """Whether a brought version was certainly trained on other labels than this collection's."""
    return library.state.get(seen_key(version)) == "no"


class Learnt(Enum):
    """What the score of a pair owes to the label that it is to judge."""

    OTHER_LABELS = auto()
    """The tagger was trained elsewhere, on labels that are not these."""
    PERHAPS = auto()
    """The tagger, or one that it goes back to, may have learnt this very label elsewhere."""
    KEPT_OUT = auto()
    """No version is trained on the image."""
    NETWORK = auto()
    """The network was trained on the image; the heads that give the score were not."""
    ALL = auto()
    """The score is of a tagger that was trained on the image."""


def learnt(library: Library, version: str, pair: tuple[int, int]) -> Learnt:
    """What the score of a question owes to the label of its pair.

    Args:
        library: The collection.
        version: That gave the score.
        pair: Image id and tag id.
    """
    parents = {info.name: info.parent for info in library.versions.all()}
    line = [version]
    while parents.get(line[-1]) in parents.keys() - set(line):
        line.append(parents[line[-1]])
    if any(may_have_seen(library, name) for name in line):
        return Learnt.PERHAPS
    if surely_unseen(library, version):
        return Learnt.OTHER_LABELS
    image_id, tag_id = pair
    digest = library.images.get(image_id).sha256
    if digest and bool(held_out([digest])[0]):
        return Learnt.KEPT_OUT
    crossfit = library.crossfit(version).load()
    by_heads = crossfit is not None and bool((crossfit.tags == tag_id).any())
    return Learnt.NETWORK if by_heads else Learnt.ALL
