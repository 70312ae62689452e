"""Score blocks read ahead of their use: the disk works while the block before is gone through."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import StoreError
from reviewer.core.scoreblock import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

AHEAD = 2
"""Blocks that are read before they are asked for."""


def read_blocks(path: Path, n_tags: int, width: int, numbers: Sequence[int]) -> Iterator[Block]:
    """Some of a file's blocks, in the order given.

    A block may be written to, and is good until the next one is asked for.

    Args:
        path: The file: blocks of (T, `width`) uint8 one after another.
        n_tags: T.
        width: Images of a block.
        numbers: Which blocks, from 0.

    Raises:
        StoreError: The file cannot be read or is shorter than it should be.
    """
    if not numbers:
        return
    room = [np.empty((n_tags, width), np.uint8) for _ in range(AHEAD + 1)]
    waiting: deque[tuple[int, NDArray[np.uint8], Future[int]]] = deque()
    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(1) as reader:

        def read(number: int, into: NDArray[np.uint8]) -> int:
            file.seek(number * into.nbytes)
            view = into.data.cast("B")
            done = 0
            while done < into.nbytes and (some := file.readinto(view[done:])):
                done += some
            return done

        for turn, number in enumerate(numbers):
            into = room[turn % len(room)]
            waiting.append((number, into, reader.submit(read, number, into)))
            if len(waiting) > AHEAD:
                yield _whole(path, width, *waiting.popleft())
        while waiting:
            yield _whole(path, width, *waiting.popleft())


def _whole(
    path: Path, width: int, number: int, scores: NDArray[np.uint8], read: Future[int]
) -> Block:
    try:
        complete = read.result() == scores.nbytes
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not complete:
        raise StoreError(f"{path} is shorter than it was. Delete its folder and scan again.")
    return Block(number * width, scores)
