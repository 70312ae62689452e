"""What the core needs of the store, as protocols: the core knows no SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reviewer.core.types import Answer, Decision, Side


class DecisionLog(Protocol):
    """The append-only log, and what follows from it for one image."""

    def append(self, decisions: Sequence[Decision]) -> list[Decision]:
        """Stores one step in one transaction and returns it with its ids.

        Raises:
            StoreError: Nothing was stored.
        """

    def undo_last(self, reviewer: str) -> list[Decision]:
        """Takes the last live step back; returns its answers, empty if there is none.

        Raises:
            StoreError: Nothing was stored.
        """

    def answers(self, image_id: int) -> Mapping[int, Answer]:
        """The live answers of an image by tag id."""

    def recent(self, count: int) -> list[Decision]:
        """The last live answers, newest first."""

    def answered_since(self, decision_id: int) -> Iterable[tuple[int, int]]:
        """Pairs (image id, tag id) with a live answer newer than a decision."""

    def tests_since(self, decision_id: int) -> Iterable[tuple[int, Side, float, bool]]:
        """Live answers newer than a decision that test a ranking's promises.

        Returns:
            Tag id, side, the suspicion that was shown, and whether the metadata changed.
        """

    def counts_by_tag(self) -> dict[int, tuple[int, int]]:
        """Live answers of every tag, and how many of them changed the metadata."""


class ImageTags(Protocol):
    """The original tags of images, and whether an image can be shown."""

    def original_tags(self, image_id: int) -> frozenset[int]:
        """The tags that the metadata gave the image."""

    def is_askable(self, image_id: int) -> bool:
        """Whether the image is there and can be shown."""
