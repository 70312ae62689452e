"""A typical head of each character that questions offer: whom a name means, at a glance.

tags.npy     (C,) tag ids, ascending
heads.npy    (C, P, P, 3) uint8, RGB
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import place_of
from reviewer.store.columns import read_columns, write_columns
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_COLUMNS = ("tags", "heads")


@dataclass(frozen=True)
class CharacterExamples:
    """Heads by character.

    Attributes:
        tags: (C,) int64 tag ids, ascending.
        heads: (C, P, P, 3) uint8, RGB.
    """

    tags: NDArray[np.int64]
    heads: NDArray[np.uint8]

    def of(self, tag_id: int) -> NDArray[np.uint8] | None:
        """(P, P, 3) uint8 head of a character; `None` where there is none."""
        row = place_of(tag_id, self.tags)
        return None if row is None else np.asarray(self.heads[row])


def examples_folder(workspace: Path) -> Path:
    """Where the heads of a collection are kept."""
    return workspace / "cache" / "character-examples"


def load_examples(folder: Path) -> CharacterExamples:
    """The heads that are kept, memory-mapped; none where there are none."""
    try:
        return CharacterExamples(**read_columns(folder, _COLUMNS, mapped=True))
    except FileNotFoundError:
        return CharacterExamples(np.zeros(0, np.int64), np.zeros((0, 1, 1, 3), np.uint8))


def save_examples(folder: Path, examples: CharacterExamples) -> None:
    """Writes the heads aside, then in place of those before.

    Raises:
        StoreFullError: The disk is full; those before stay.
        StoreError: They cannot be written; those before stay.
    """
    with replacing(folder) as aside:
        write_columns(aside, examples, _COLUMNS)
