"""The ranked questions on disk: columns in array files, replaced as a whole."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from reviewer.core.queues import Ranking
from reviewer.store.columns import read_columns, read_record, write_columns, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("tags", "offsets", "images", "sides", "scores", "suspicions")
_MORE = ("priorities", "spreads", "apart", "doubted")
"""Columns that rankings of earlier versions of the program lack."""


ORDER = "rank.order"
"""Key of the store's state: how the questions are ranked, by the name of an order."""


class RankingFiles:
    """One folder a ranking; `current.json` names the one that counts."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def stamp(self) -> int:
        """Number of the present ranking; 0 if there is none. It changes with every new one."""
        return int(self._current().get("stamp", 0))

    def load(self) -> Ranking:
        """The present ranking, memory-mapped; empty if there is none."""
        current = self._current()
        if not current:
            return Ranking.empty()
        place = self._folder / str(current["stamp"])
        columns = read_columns(place, _COLUMNS, _MORE, mapped=True)
        return Ranking(**columns, version=str(current["version"]), decided=int(current["decided"]))

    def save(self, ranking: Ranking) -> int:
        """Writes a ranking aside, then makes it the present one.

        Returns:
            Its stamp.

        Raises:
            StoreFullError: The disk is full; the ranking before stays.
            StoreError: It cannot be written; the ranking before stays.
        """
        stamp = self.stamp() + 1
        with replacing(self._folder / str(stamp)) as aside:
            write_columns(aside, ranking, (*_COLUMNS, *_MORE))
        current = {"stamp": stamp, "version": ranking.version, "decided": ranking.decided}
        with replacing(self._folder / "current.json") as aside:
            write_record(aside, current)
        # A window may still read the one before this: it is kept until the next.
        for old in self._folder.iterdir():
            if old.name.isdigit() and int(old.name) < stamp - 1:
                shutil.rmtree(old, ignore_errors=True)
        return stamp

    def _current(self) -> dict[str, Any]:
        return read_record(self._folder / "current.json")
