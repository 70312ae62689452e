"""Score blocks of which only the candidates are kept, for disks that have no byte for every pair.

    kept.bin    blocks one after another, each: where every tag's candidates begin (T + 1 uint32),
                one bit a pair that tells which it are, their scores (uint8)
    kept.i64    where each block ends in kept.bin

A candidate scores a floor or more; pairs of score 0 (the image had the tag) are kept as well. All
others read back as the lowest score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.core.scoreblock import Block
from reviewer.store.recordfiles import RecordFiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LOWEST = 1
"""What a pair below the floor reads as."""


class KeptBlocks(RecordFiles):
    """The candidates of full blocks, in two files of a scan's folder."""

    def __init__(self, folder: Path, n_tags: int, width: int, floor: int) -> None:
        """Describes the files; they need not be there yet.

        Args:
            folder: Of the scan.
            n_tags: T.
            width: Images of a block.
            floor: The lowest score that is kept, 1 to 255.
        """
        super().__init__(folder)
        self._n_tags, self._width, self._floor = n_tags, width, floor

    def append(self, scores: NDArray[np.uint8]) -> None:
        """Adds a block (T, `width`), durably."""
        candidate = (scores >= self._floor) | (scores == 0)
        starts = np.zeros(self._n_tags + 1, "<u4")
        np.cumsum(candidate.sum(axis=1), out=starts[1:])
        bits = np.packbits(candidate, axis=1)
        content = starts.tobytes() + bits.tobytes() + scores[candidate].tobytes()
        end = self._size("kept.bin") + len(content)
        self._extend("kept.bin", content)
        self._extend("kept.i64", np.array([end], "<i8").tobytes())

    def cut(self, count: int) -> None:
        """Leaves the first blocks, after a crash."""
        self._cut("kept.i64", 8 * count)
        ends = self._ends(count)
        self._cut("kept.bin", int(ends[-1]) if count else 0)

    def blocks(self, numbers: Sequence[int]) -> Iterator[Block]:
        """Some blocks, in the order given; each may be written to.

        Raises:
            StoreError: They cannot be read.
        """
        for number, (_, bits, scores) in self._read_blocks(numbers):
            whole = np.full((self._n_tags, self._width), LOWEST, np.uint8)
            whole[np.unpackbits(bits, axis=1, count=self._width).view(bool)] = scores
            yield Block(number * self._width, whole)

    def lines(self, column: int, count: int) -> Iterator[NDArray[np.uint8]]:
        """The scores (`width`,) of one tag in each of the first blocks.

        Raises:
            StoreError: They cannot be read.
        """
        for _, (starts, bits, scores) in self._read_blocks(range(count)):
            line = np.full(self._width, LOWEST, np.uint8)
            candidate = np.unpackbits(bits[column], count=self._width).view(bool)
            line[candidate] = scores[starts[column] : starts[column + 1]]
            yield line

    def _ends(self, count: int) -> NDArray[np.int64]:
        return self._read("kept.i64", np.uint8, 8 * count).view("<i8")

    def _read_blocks(
        self, numbers: Sequence[int]
    ) -> Iterator[tuple[int, tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8]]]]:
        if not numbers:
            return
        path = self.folder / "kept.bin"
        ends = [0, *self._ends(max(numbers) + 1).tolist()]
        if len(ends) <= max(numbers) + 1 or self._size("kept.bin") < ends[-1]:
            raise StoreError(f"{path} is shorter than it was. Delete its folder and scan again.")
        whole = np.memmap(path, np.uint8, "r")
        for number in numbers:
            part = whole[ends[number] : ends[number + 1]]
            head, line = 4 * (self._n_tags + 1), -(-self._width // 8)
            end = head + self._n_tags * line
            bits = part[head:end].reshape(self._n_tags, line)
            yield number, (part[:head].view("<u4"), bits, part[end:])
