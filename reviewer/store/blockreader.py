"""Score blocks read ahead of their use: the disk works while the block before is gone through."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.core.scoreblock import Block
from reviewer.store.streamfile import StreamFile, aligned_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

AHEAD = 3
"""Blocks that are read before they are asked for."""

READERS = 2
"""Blocks that are read at the same time: a disk is never left waiting for the next request."""


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
    size = n_tags * width
    room = [aligned_room(size) for _ in range(min(AHEAD + 1, len(numbers)))]
    waiting: deque[tuple[int, NDArray[np.uint8], Future[int]]] = deque()
    with StreamFile(path) as file, ThreadPoolExecutor(READERS) as readers:
        for turn, number in enumerate(numbers):
            into = room[turn % len(room)]
            waiting.append((number, into, readers.submit(file.read, number * size, into)))
            if len(waiting) > AHEAD:
                yield _whole(path, (n_tags, width), *waiting.popleft())
        while waiting:
            yield _whole(path, (n_tags, width), *waiting.popleft())


def _whole(
    path: Path, shape: tuple[int, int], number: int, scores: NDArray[np.uint8], read: Future[int]
) -> Block:
    try:
        complete = read.result() == scores.nbytes
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not complete:
        raise StoreError(f"{path} is shorter than it was. Delete its folder and scan again.")
    return Block(number * shape[1], scores.reshape(shape))
