"""The ranked questions on disk: columns in array files, replaced as a whole."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.queues import Ranking
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("tags", "offsets", "images", "sides", "scores", "suspicions")
_MORE = ("priorities", "spreads")
"""Columns that rankings of earlier versions of the program lack."""


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
        there = [name for name in _MORE if (place / f"{name}.npy").exists()]
        columns = {name: _load(place / f"{name}.npy") for name in (*_COLUMNS, *there)}
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
            aside.mkdir()
            for name in (*_COLUMNS, *_MORE):
                column = getattr(ranking, name)
                if column is not None:
                    np.save(aside / f"{name}.npy", column)
        current = {"stamp": stamp, "version": ranking.version, "decided": ranking.decided}
        with replacing(self._folder / "current.json") as aside:
            aside.write_text(json.dumps(current), encoding="utf-8")
        # A window may still read the one before this: it is kept until the next.
        for old in self._folder.iterdir():
            if old.name.isdigit() and int(old.name) < stamp - 1:
                shutil.rmtree(old, ignore_errors=True)
        return stamp

    def _current(self) -> dict[str, int | str]:
        try:
            text = (self._folder / "current.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        current: dict[str, int | str] = json.loads(text)
        return current


def _load(path: Path) -> np.ndarray:
    array: np.ndarray = np.load(path, mmap_mode="r" if path.stat().st_size > 1 << 20 else None)
    return array
