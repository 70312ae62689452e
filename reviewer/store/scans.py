"""What a scan leaves behind: scores and embeddings of every image, in append-only array files.

    scan.json        version, number of tags, width of an embedding
    rows.bin         one record an image: id, digest of the file, difference hash
    embeddings.f16   (N, D) float16
    scores.u8        full blocks of 4,096 images, tag-major inside: (blocks, T, 4096)
    tail-<k>.u8      the images from the k-th on, after the full blocks, image-major: (n, T)
    present.bin      scores of the tags that the images had, image after image: column, int16
    present.i64      (N,) where in it each image's end
    kept.bin         instead of scores.u8 where only scores from a floor on are kept: `keptblocks`

A score is one byte: the logit in steps of a tenth, -12.7 to 12.7, monotone; 0 where the image had
the tag when it was scanned, so that the search for missing tags need not ask who has which. The
number of records in `rows.bin`, written last, is the number of images scanned; what the other
files hold beyond it was torn off by a crash and is cut. A tail is written after the blocks before
it, so the latest tail tells how many blocks count. Blocks serve both "append a batch" and "all
scores of a tag".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.core.scoreblock import Block
from reviewer.store.blockreader import read_blocks
from reviewer.store.disk import replacing, write_whole, writing
from reviewer.store.keptblocks import KeptBlocks
from reviewer.store.recordfiles import RecordFiles
from reviewer.store.rowfile import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.tags.tagrows import TagRows

BLOCK_IMAGES = 4096

_PIECE = 1 << 16
"""Scores that are made bytes of at once."""

TAGS_AN_IMAGE = 30
"""About how many tags of a tagger an image has, for what a scan will need on disk."""

KEPT_SHARE = 0.25
"""Share of a tagger's tags that reach a floor on an image, taken high, for what is told before."""

PRESENT = np.dtype([("column", "<u2"), ("score", "<i2")])
"""The score of a tag that an image had: its column in the scan, the logit in steps of 1/256."""

PRESENT_STEPS = 256
"""Of a logit of 1: a present tag's score is kept finer than the byte of an absent one."""

ROW = np.dtype([("image", "<i8"), ("digest", "<u8"), ("hash", "<u8")])
"""One scanned image: id, first 8 bytes of its file's SHA-256, difference hash."""


def quantise(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Logits as bytes from 1: steps of 0.1 from -12.7, what lies outside is clipped."""
    stepped = np.empty(logits.shape, np.uint8)
    flat, bytes_ = logits.reshape(-1), stepped.reshape(-1)
    # In pieces that a cache holds: three times as fast as whole arrays.
    for start in range(0, len(flat), _PIECE):
        part = flat[start : start + _PIECE] * np.float32(10)
        np.rint(part, out=part)
        part += np.float32(128)
        np.clip(part, 1, 255, out=part)
        bytes_[start : start + _PIECE] = part
    return stepped


def logits_of(scores: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes back as logits, float32."""
    return (scores.astype(np.float32) - np.float32(128)) / np.float32(10)


def digest_of(sha256: bytes) -> int:
    """The part of a file's SHA-256 that a scan remembers."""
    return int.from_bytes(sha256[:8], "little")


@dataclass(frozen=True, slots=True)
class ScanShape:
    """What a scan's files look like.

    Attributes:
        version: Name of the version that was run.
        tags: (T,) tag ids in the order of the scores.
        width: D, of an embedding; 0 where another scan holds them.
        floor: Lowest byte that is kept of an absent tag; 0 for all of them.
        engine: What the version ran on; empty for torch. Scores of two engines do not mix.
    """

    version: str
    tags: tuple[int, ...]
    width: int
    floor: int = 0
    engine: str = ""

    def bytes_an_image(self) -> int:
        """About how many bytes on disk one image takes."""
        kept = TAGS_AN_IMAGE * PRESENT.itemsize
        scores = float(len(self.tags))
        if self.floor:
            # A bit for each pair, a byte for each that is kept.
            scores = TAGS_AN_IMAGE + (KEPT_SHARE + 1 / 8) * scores
        return int(scores) + 2 * self.width + ROW.itemsize + 8 + kept


class PresentScores(NamedTuple):
    """Scores of the tags that images had when they were scanned.

    Attributes:
        ends: (N,) int64; image n has the records from `ends[n - 1]` (0 for the first) to `ends[n]`.
        records: (I,) of type `PRESENT`.
    """

    ends: NDArray[np.int64]
    records: NDArray[np.void]


class ScanFiles(RecordFiles):
    """The scan of one version. Open it to append; read it any time."""

    def __init__(self, folder: Path, shape: ScanShape) -> None:
        """Describes files under `folder`; use `create` or `open` to get one."""
        super().__init__(folder)
        self.shape = shape

    @classmethod
    def create(cls, folder: Path, shape: ScanShape) -> ScanFiles:
        """Opens the scan in a folder, or begins one; a scan of another shape is begun anew.

        Raises:
            StoreError: The folder cannot be written.
        """
        if len(shape.tags) > 1 << 16:
            raise StoreError(f"A tagger of {len(shape.tags):,} tags: {1 << 16:,} are the most.")
        existing = cls.open(folder)
        if existing is not None and existing.shape == shape:
            existing.mend()
            return existing
        with replacing(folder) as aside:
            aside.mkdir()
            (aside / "present.i64").touch()
            described = {"version": shape.version, "tags": shape.tags, "width": shape.width}
            described |= {"floor": shape.floor} if shape.floor else {}
            described |= {"engine": shape.engine} if shape.engine else {}
            (aside / "scan.json").write_text(json.dumps(described), encoding="utf-8")
        return cls(folder, shape)

    @classmethod
    def open(cls, folder: Path) -> ScanFiles | None:
        """The scan in a folder; `None` if there is none.

        Raises:
            StoreError: It is there and cannot be read.
        """
        try:
            described = json.loads((folder / "scan.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, json.JSONDecodeError) as error:
            raise StoreError(
                f"The scan in {folder} cannot be read ({error}). Delete that folder and scan again."
            ) from error
        shape = ScanShape(
            str(described["version"]),
            tuple(described["tags"]),
            int(described["width"]),
            int(described.get("floor", 0)),
            str(described.get("engine", "")),
        )
        return cls(folder, shape)

    def __len__(self) -> int:
        """Images scanned."""
        return self._size("rows.bin") // ROW.itemsize

    def rows(self) -> NDArray[np.void]:
        """(N,) records of type `ROW`, in the order they were scanned.

        An image that was scanned again, because its file changed, has several; the last counts.
        """
        return self._read("rows.bin", np.uint8, len(self) * ROW.itemsize).view(ROW)

    def latest(self) -> NDArray[np.int64]:
        """(M,) positions of the record that counts for each image, ascending."""
        images = self.rows()["image"][::-1]
        _, first = np.unique(images, return_index=True)
        return np.sort(len(images) - 1 - first).astype(np.int64)

    def embeddings(self) -> NDArray[np.float16]:
        """(N, D) float16, memory-mapped, in the order of `rows`."""
        count = len(self)
        if count == 0 or self.shape.width == 0:
            return np.zeros((count, self.shape.width), np.float16)
        return np.memmap(
            self.folder / "embeddings.f16", np.float16, "r", shape=(count, self.shape.width)
        )

    def embeddings_of(self, rows: NDArray[np.integer]) -> NDArray[np.float16]:
        """(n, D) float16 of some positions, in any order; no more of the file is in memory."""
        return read_rows(self.folder / "embeddings.f16", np.float16, self.shape.width, rows)

    def tag_scores(self, column: int) -> NDArray[np.uint8]:
        """(N,) uint8 scores of the tag in a column, 0 where the image had the tag."""
        return np.concatenate([*self._lines(column), self._tail()[:, column]])

    def tag_logits(self, column: int) -> NDArray[np.float32]:
        """(N,) float32 logits of the tag in a column, in the order of `rows`."""
        logits = logits_of(self.tag_scores(column))
        present = self.present()
        places = np.flatnonzero(present.records["column"] == column)
        rows = np.searchsorted(present.ends, places, side="right")
        logits[rows] = present.records["score"][places] / np.float32(PRESENT_STEPS)
        return logits

    def present(self) -> PresentScores:
        """The scores of the tags that the images had, memory-mapped."""
        count = len(self)
        if self._size("present.i64"):
            ends = self._read("present.i64", np.uint8, 8 * count).view("<i8")
        else:
            ends = np.zeros(count, np.int64)  # a scan that was begun before these were kept
        many = int(ends[-1]) if count else 0
        if not many:
            return PresentScores(ends, np.zeros(0, PRESENT))
        return PresentScores(ends, np.memmap(self.folder / "present.bin", PRESENT, "r", shape=many))

    def blocks(self, share: float = 1.0) -> Iterator[Block]:
        """The scores in blocks, read ahead; what is yielded is good until the next.

        Args:
            share: About how much of them, evenly spread over the scan; 0..1.

        Raises:
            StoreError: They cannot be read.
        """
        many = self._tail_start() // BLOCK_IMAGES
        step = 1.0 if share >= 1.0 else 1.0 / max(share, 1.0 / max(many, 1))
        numbers = np.unique(np.arange(0, many, step).astype(int)).tolist()
        if self.shape.floor:
            yield from self._kept().blocks(numbers)
        else:
            yield from read_blocks(
                self.folder / "scores.u8", len(self.shape.tags), BLOCK_IMAGES, numbers
            )
        tail = self._tail()
        if len(tail) and (share >= 1.0 or not many):
            yield Block(self._tail_start(), np.ascontiguousarray(tail.T))

    def append(
        self,
        rows: NDArray[np.void],
        embeddings: NDArray[np.float16],
        logits: NDArray[np.float32],
        present: TagRows | None = None,
    ) -> None:
        """Adds a batch of images; after it returns they need not be scanned again.

        Args:
            rows: (B,) of type `ROW`.
            embeddings: (B, D) float16.
            logits: (B, T) float32.
            present: Columns of the tags that each of the images has; `None` for none at all.

        Raises:
            StoreFullError: The disk is full; what was there before is whole.
            StoreError: It cannot be written; what was there before is whole.
        """
        before = self._size("present.bin") // PRESENT.itemsize
        scores, records, ends = _split(logits, present, before)
        with writing(self.folder):
            try:
                self._extend("embeddings.f16", np.ascontiguousarray(embeddings).tobytes())
                self._extend("present.bin", records.tobytes())
                self._extend("present.i64", ends.tobytes())
                self._extend(_tail_name(self._tail_start()), scores.tobytes())
                self._extend("rows.bin", np.ascontiguousarray(rows).tobytes())
            except OSError:
                self.mend()
                raise
            self._close_blocks()

    def _close_blocks(self) -> None:
        """Turns a full tail into blocks."""
        start = self._tail_start()
        old = _tail_name(start)
        if len(self) - start < BLOCK_IMAGES:
            return
        tail = self._tail()
        full = len(tail) // BLOCK_IMAGES
        for number in range(full):
            block = tail[number * BLOCK_IMAGES : (number + 1) * BLOCK_IMAGES].T
            if self.shape.floor:
                self._kept().append(block)
            else:
                self._extend("scores.u8", np.ascontiguousarray(block).tobytes())
        name = f"tail-{start + full * BLOCK_IMAGES}.u8"
        write_whole(self.folder / name, tail[full * BLOCK_IMAGES :].tobytes())
        (self.folder / old).unlink()

    def mend(self) -> None:
        """Cuts every file to what all of them hold whole, after a crash."""
        n_tags, width = len(self.shape.tags), self.shape.width
        start = self._tail_start()
        name = _tail_name(start)
        for path in self.folder.glob("tail-*.u8"):
            if path.name != name:
                path.unlink()
        if not (self.folder / "present.i64").exists():
            write_whole(self.folder / "present.i64", bytes(8 * len(self)))
        count = min(
            len(self),
            self._size("embeddings.f16") // (2 * width) if width else len(self),
            start + self._size(name) // n_tags,
            self._present_whole(),
        )
        self._cut("rows.bin", count * ROW.itemsize)
        self._cut("present.i64", 8 * count)
        last = self.present().ends[-1:]
        self._cut("present.bin", int(last[0]) * PRESENT.itemsize if len(last) else 0)
        self._cut("embeddings.f16", count * 2 * width)
        self._cut("scores.u8", start * n_tags)
        if self.shape.floor:
            self._kept().cut(start // BLOCK_IMAGES)
        self._cut(name, (count - start) * n_tags)
        self._close_blocks()

    def _present_whole(self) -> int:
        """Images whose present scores are there."""
        ends = self._read("present.i64", np.uint8, self._size("present.i64") // 8 * 8).view("<i8")
        records = self._size("present.bin") // PRESENT.itemsize
        return int(np.searchsorted(ends, records, side="right"))

    def _tail_start(self) -> int:
        starts = [int(path.stem[5:]) for path in self.folder.glob("tail-*.u8")]
        return max(starts, default=0)

    def _kept(self) -> KeptBlocks:
        shape = self.shape
        return KeptBlocks(self.folder, len(shape.tags), BLOCK_IMAGES, shape.floor)

    def _lines(self, column: int) -> Iterator[NDArray[np.uint8]]:
        """The scores of a tag in each full block."""
        count = self._tail_start() // BLOCK_IMAGES
        if count and self.shape.floor:
            yield from self._kept().lines(column, count)
        elif count:
            shape = (count, len(self.shape.tags), BLOCK_IMAGES)
            blocks = np.memmap(self.folder / "scores.u8", np.uint8, "r", shape=shape)
            yield from (block[column] for block in blocks)

    def _tail(self) -> NDArray[np.uint8]:
        n_tags = len(self.shape.tags)
        count = len(self) - self._tail_start()
        name = _tail_name(self._tail_start())
        return self._read(name, np.uint8, count * n_tags).reshape(count, n_tags)


def _split(
    logits: NDArray[np.float32], present: TagRows | None, before: int
) -> tuple[NDArray[np.uint8], NDArray[np.void], NDArray[np.int64]]:
    """Scores as bytes without those of present tags, these apart, and where they end.

    Args:
        logits: (B, T).
        present: Columns of the tags that each image has.
        before: Present scores of the images before.
    """
    scores = quantise(logits)
    if present is None:
        return scores, np.zeros(0, PRESENT), np.full(len(logits), before, np.int64)
    rows = np.repeat(np.arange(len(present)), np.diff(present.starts))
    columns = present.tags.astype(np.int64)
    records = np.zeros(len(columns), PRESENT)
    records["column"] = columns
    steps = np.rint(logits[rows, columns] * PRESENT_STEPS)
    records["score"] = np.clip(steps, -(1 << 15), (1 << 15) - 1)
    scores[rows, columns] = 0
    return scores, records, before + present.starts[1:]


def _tail_name(start: int) -> str:
    """The file of the scores that no block holds yet, by its first image."""
    return f"tail-{start}.u8"
