"""Questions with several tags to choose from, on disk: one folder a kind, replaced as a whole.

choices.json         version, last decision, and a stamp that changes with every new ranking
images.npy           (M,) and tags.npy (M, K), probabilities.npy (M, K), current.npy (M,),
suspicions.npy (M,)  see `core/choices/choice.py`; boxes.npy (M, 4) and alone.npy (M,) where
                     parts of pictures are meant
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reviewer.core.choices.choice import ChoiceRanking
from reviewer.store.columns import read_columns, read_record, write_columns, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("images", "tags", "probabilities", "current", "suspicions")
_OPTIONAL = ("boxes", "alone")


class ChoiceFiles:
    """Where the questions of one kind are kept."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def stamp(self) -> int:
        """Number of the present ranking; 0 if there is none. It changes with every new one."""
        return int(self._record().get("stamp", 0))

    def load(self) -> ChoiceRanking:
        """The present ranking; empty if there is none."""
        record = self._record()
        if not record:
            return ChoiceRanking.empty()
        return ChoiceRanking(
            **read_columns(self._folder, _COLUMNS, _OPTIONAL),
            version=str(record["version"]),
            decided=int(record["decided"]),
        )

    def save(self, ranking: ChoiceRanking) -> int:
        """Writes a ranking aside, then makes it the present one.

        Returns:
            Its stamp.

        Raises:
            StoreFullError: The disk is full; the ranking before stays.
            StoreError: It cannot be written; the ranking before stays.
        """
        stamp = self.stamp() + 1
        with replacing(self._folder) as aside:
            write_columns(aside, ranking, (*_COLUMNS, *_OPTIONAL))
            record = {"stamp": stamp, "version": ranking.version, "decided": ranking.decided}
            write_record(aside / "choices.json", record)
        return stamp

    def _record(self) -> dict[str, Any]:
        return read_record(self._folder / "choices.json")
