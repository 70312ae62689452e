"""Finds images that are the same picture: candidates by hash, then laid over each other."""

from __future__ import annotations

import itertools
import time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from reviewer.core.errors import SourceError
from reviewer.core.likeness import SIDE, difference
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.pictures import open_picture
from reviewer.sources.away import is_away
from reviewer.store.copies import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.store.library import Library

ALL_PAIRS = 12
"""A group up to this size is compared each with each; in a larger one each with the next few."""
NEXT_FEW = 6
LONGER = 1.02
"""A copy is no more than this longer for its width."""
OPENED = 64
"""Shrunk pictures kept at hand; those of a group come one after another."""
OTHER = 255.0
KEPT_AT_ONCE = 200


def find_copies(library: Library, listener: Listener, *, minutes: float = 0.0) -> ChangeSet:
    """Compares near-duplicates that were not compared yet.

    Candidates are the groups of like hashes that the refresh found, and what the site calls parent
    and child. What was compared before is not opened again unless a file changed.

    Args:
        library: A collection with out-of-sample scores; without them nothing is done.
        listener: Hears of progress.
        minutes: After this long it stops; the next run goes on. 0 for no limit.

    Raises:
        StoreError: The result could not be stored.
    """
    active = library.versions.active()
    crossfit = library.crossfit(active.name).load() if active else None
    if crossfit is None or is_away(library.folder):
        # What cannot be opened is no copy of anything: while no file is there, nothing is compared.
        return ChangeSet(summary={"copies": 0, "compared": 0})
    images = {image_id: (path, sha) for image_id, path, sha in library.images.askable()}
    candidates = {
        pair: images[pair[0]][1][:8] + images[pair[1]][1][:8]
        for pair in itertools.chain(
            candidate_pairs(np.asarray(crossfit.images), np.asarray(crossfit.groups)),
            ((min(pair), max(pair)) for pair in library.facts.families()),
        )
        if pair[0] in images and pair[1] in images
    }
    known = library.copies.compared()
    library.copies.forget(pair for pair in known if pair not in candidates)
    waiting = [pair for pair, files in candidates.items() if known.get(pair) != files]
    until = time.monotonic() + 60 * minutes if minutes else None
    compared = 0
    shrink = lru_cache(maxsize=OPENED)(_shrunk)
    with stage(listener, "copies", len(waiting), "pairs") as progress:
        for chunk in _chunks(waiting, KEPT_AT_ONCE):
            if until is not None and time.monotonic() > until:
                break
            done = []
            for first, second in chunk:
                paths = [library.folder / images[image_id][0] for image_id in (first, second)]
                far = _compare(*(shrink(path) for path in paths))
                done.append(Comparison(first, second, candidates[first, second], far))
                progress.advance()
            if is_away(library.folder):
                # Pulled out meanwhile: what could not be opened may be alike all the same.
                break
            library.copies.write(done)
            compared += len(done)
    return ChangeSet(summary={"copies": library.copies.count(), "compared": compared})


def candidate_pairs(
    images: NDArray[np.int64], groups: NDArray[np.int64]
) -> Iterator[tuple[int, int]]:
    """Pairs of image ids within the groups, the smaller id first.

    Args:
        images: (N,) ids, ascending.
        groups: (N,) group numbers.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    for start, end in itertools.pairwise([*starts.tolist(), len(order)]):
        if end - start == 1:
            continue
        members = sorted(images[order[start:end]].tolist())
        reach = len(members) if len(members) <= ALL_PAIRS else NEXT_FEW
        for place, first in enumerate(members):
            for second in members[place + 1 : place + 1 + reach]:
                yield first, second


def _shrunk(path: Path) -> tuple[float, NDArray[np.uint8]] | None:
    """Width over height, and the picture at the size of comparison; `None` if it is broken."""
    try:
        picture = open_picture(path, 2 * SIDE)
    except SourceError:
        # The scan sets such an image aside and says so.
        return None
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture.width / picture.height, np.asarray(small)


def _compare(
    first: tuple[float, NDArray[np.uint8]] | None, second: tuple[float, NDArray[np.uint8]] | None
) -> float:
    if first is None or second is None:
        return OTHER
    if not 1 / LONGER <= first[0] / second[0] <= LONGER:
        return OTHER
    return difference(first[1], second[1])


def _chunks(pairs: list[tuple[int, int]], size: int) -> Iterable[list[tuple[int, int]]]:
    return (pairs[start : start + size] for start in range(0, len(pairs), size))
