"""What was worked out ahead for the questions that come next, in two append-only files.

    index.bin   one record a pair: image, tag, digest of the image's file, companions
    maps.u8     one (SIDE, SIDE) uint8 heat map a record, in the same order

The number of whole records in `index.bin`, written last, is the number of maps.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.store.disk import replacing, writing

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 14
"""Cells of a map each way."""

COMPANIONS = 3
"""Other tags of the image that are named."""

MOST = 50_000
"""Records that are kept, about 13 MB; the newest half stays when there are more."""

RECORD = np.dtype(
    [
        ("image", "<i8"),
        ("tag", "<i8"),
        ("digest", "<u8"),
        ("usual", "<f4"),
        ("companions", "<i8", (COMPANIONS,)),
        ("shares", "<f4", (COMPANIONS,)),
    ]
)
"""Image id, tag id, first 8 bytes of the file's SHA-256; share of all images that carry the tag;
ids of other tags of the image (-1 for none) and the share of their images that carry the tag."""

_CELLS = SIDE * SIDE


@dataclass(frozen=True)
class Explained:
    """What was worked out for a pair.

    Attributes:
        heat: (SIDE, SIDE) uint8 over the picture, 255 where the tag is seen most; all 0 where
            nothing in the picture speaks for it.
        usual: Share of all images that carry the tag, 0..1.
        companions: (tag id, share of its images that carry the asked tag), most telling first.
    """

    heat: NDArray[np.uint8]
    usual: float
    companions: tuple[tuple[int, float], ...]


class HeatmapFiles:
    """What one version saw in the pairs that are asked next."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`, which need not be there yet."""
        self._folder = folder
        self._seen: tuple[int, int] | None = None
        self._read = np.zeros(0, RECORD)

    def __len__(self) -> int:
        """Pairs that were worked out."""
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

    def find(self, image_id: int, tag_id: int, digest: int) -> Explained | None:
        """What was worked out for a pair; `None` if nothing was.

        Args:
            image_id: Of the pair.
            tag_id: Of the pair.
            digest: Of the image's file as it is now; what another file showed does not count.
        """
        records = self.records()
        mine = (records["image"] == image_id) & (records["tag"] == tag_id)
        places = np.flatnonzero(mine & (records["digest"] == digest))
        if not len(places):
            return None
        record = records[places[-1]]
        with (self._folder / "maps.u8").open("rb") as file:
            file.seek(int(places[-1]) * _CELLS)
            content = file.read(_CELLS)
        if len(content) < _CELLS:
            # The files were replaced between two looks at them.
            return None
        return Explained(
            np.frombuffer(content, np.uint8).reshape(SIDE, SIDE),
            float(record["usual"]),
            tuple(
                (tag, share)
                for tag, share in zip(
                    record["companions"].tolist(), record["shares"].tolist(), strict=True
                )
                if tag >= 0
            ),
        )

    def append(self, records: NDArray[np.void], maps: NDArray[np.uint8]) -> None:
        """Adds pairs; what a crash cut off before is cut away first.

        Args:
            records: (B,) of type `RECORD`.
            maps: (B, SIDE, SIDE) uint8.

        Raises:
            StoreFullError: The disk is full; what was there before stays.
            StoreError: It cannot be written; what was there before stays.
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
