"""Heat maps of pairs, made ahead for the questions that come next, in two append-only files.

    index.bin   one record a map: image, tag, digest of the image's file
    maps.u8     one (SIDE, SIDE) uint8 map a record, in the same order

The number of whole records in `index.bin`, written last, is the number of maps.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from reviewer.store.disk import replacing, writing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 14
"""Cells of a map each way."""

MOST = 50_000
"""Maps that are kept, about 11 MB; the newest half stays when there are more."""

RECORD = np.dtype([("image", "<i8"), ("tag", "<i8"), ("digest", "<u8")])
"""Image id, tag id, first 8 bytes of the file's SHA-256."""

_CELLS = SIDE * SIDE


class HeatmapFiles:
    """The heat maps that one version made."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`, which need not be there yet."""
        self._folder = folder
        self._seen: tuple[int, int] | None = None
        self._read = np.zeros(0, RECORD)

    def __len__(self) -> int:
        """Maps that are there."""
        return len(self.records())

    def records(self) -> NDArray[np.void]:
        """(M,) of type `RECORD`, in the order they were made."""
        try:
            found = (self._folder / "index.bin").stat()
        except FileNotFoundError:
            return np.zeros(0, RECORD)
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._seen:
            whole = found.st_size // RECORD.itemsize
            self._read = np.fromfile(self._folder / "index.bin", RECORD, whole)
            self._seen = stamp
        return self._read

    def find(self, image_id: int, tag_id: int, digest: int) -> NDArray[np.uint8] | None:
        """(SIDE, SIDE) uint8 over the picture, 255 where the tag is seen most.

        Args:
            image_id: Of the pair.
            tag_id: Of the pair.
            digest: Of the image's file as it is now; a map of another file is none.

        Returns:
            The map; all 0 where nothing in the picture speaks for the tag, `None` where none was
            made.
        """
        records = self.records()
        mine = (records["image"] == image_id) & (records["tag"] == tag_id)
        places = np.flatnonzero(mine & (records["digest"] == digest))
        if not len(places):
            return None
        with (self._folder / "maps.u8").open("rb") as file:
            file.seek(int(places[-1]) * _CELLS)
            content = file.read(_CELLS)
        if len(content) < _CELLS:
            # The files were replaced between two looks at them.
            return None
        return np.frombuffer(content, np.uint8).reshape(SIDE, SIDE)

    def append(self, records: NDArray[np.void], maps: NDArray[np.uint8]) -> None:
        """Adds maps; what a crash cut off before is cut away first.

        Args:
            records: (B,) of type `RECORD`.
            maps: (B, SIDE, SIDE) uint8.

        Raises:
            StoreFullError: The disk is full; the maps before stay.
            StoreError: It cannot be written; the maps before stay.
        """
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            count = len(self.records())
            self._put("maps.u8", count * _CELLS, np.ascontiguousarray(maps).tobytes())
            self._put("index.bin", count * RECORD.itemsize, records.tobytes())
        if count + len(records) > MOST:
            self._keep_newest()

    def _put(self, name: str, start: int, content: bytes) -> None:
        path = self._folder / name
        path.touch()
        with path.open("r+b") as file:
            file.seek(start)
            file.write(content)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())

    def _keep_newest(self) -> None:
        """Leaves the newest half, written aside as a whole."""
        records = self.records()
        kept = records[-MOST // 2 :]
        maps = np.fromfile(self._folder / "maps.u8", np.uint8).reshape(-1, _CELLS)
        newest = maps[len(records) - len(kept) : len(records)]
        with replacing(self._folder) as aside:
            aside.mkdir()
            (aside / "maps.u8").write_bytes(newest.tobytes())
            (aside / "index.bin").write_bytes(kept.tobytes())
