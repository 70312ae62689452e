"""Runs a version over the collection: only what was not scanned yet, or has changed since."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import StoreFullError, UsageError
from reviewer.core.types import ChangeSet, ImageState
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.engines.opening import open_on
from reviewer.jobs.images.small_copies import SmallCopies
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.keeping import Keeper, Paths, images_waiting
from reviewer.jobs.scans.rescoring import scores_again, seen_before
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.sources.away import refuse_if_away
from reviewer.store.scans import ScanFiles, ScanShape, quantise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.images import Failure, OpenImage
    from model.predict import Predictor
    from reviewer.jobs.scans.keeping import Waiting
    from reviewer.jobs.scans.rescoring import Embedded
    from reviewer.store.library import Library

ROOM_LEFT = 200 * 10**6
"""Bytes that a scan leaves free on the disk, for the answers."""

LEAST_FLOOR = 2
"""The lowest byte that leaves anything out."""


def scan(library: Library, listener: Listener, choices: ScanChoices | None = None) -> ChangeSet:
    """Scores every image with a version, and keeps the embeddings.

    A scan that was cut off goes on at the image where it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        choices: Of the user.

    Raises:
        SourceError: The folder of the images is not there; what was scanned so far is kept.
        UsageError: There is no version yet, or its scan was begun with another `keep_above` or
            engine.
        TaggerError: The version or the device cannot be used, or the engine loses too much.
        StoreFullError: The disk is full; what was scanned so far is kept.
    """
    from model.parallel import usual_workers

    chosen = choices or ScanChoices()
    name = library.versions.meant(chosen.version)
    place = _place(library, chosen)
    began = time.perf_counter()
    predictor, identity = open_on(library, listener, name, chosen)
    listener.note(f"Scan with version {name} on {predictor.device.words}.")
    library.state.set("device", predictor.device.words.partition(" (")[0])
    shape = replace(_shape(library, name, predictor), engine=identity)
    shape = _floored(library, shape, chosen.keep_above)
    with tagger_errors():
        before = seen_before(library, name, shape)
    files = library.begin_scan(shape)
    waiting = images_waiting(library, files)
    refuse_without_room(files, len(waiting.images))
    _say_room(listener, files, len(waiting.images))
    rescored = 0
    if before is not None:
        left = _score_again(library, predictor, files, before, waiting)
        rescored = len(waiting.images) - len(left.images)
        listener.note(f"{rescored:,} images are scored from what the network saw of them before.")
        waiting = left
    broken: list[tuple[int, str]] = []
    loaded, cpu = time.perf_counter(), time.process_time()
    keeper = Keeper(files, waiting, library.images.tag_rows())
    every = library.images.counts()[ImageState.OK]
    with stage(listener, "scan", every, "images") as progress:
        progress.at(every - len(waiting.images))
        for batch in predictor.scan(
            Paths(library.images, waiting.images),
            _opener(library, chosen.copies),
            batch_size=chosen.batch_size,
            workers=chosen.workers or usual_workers(predictor.device.kind),
            told=listener.note,
        ):
            keeper.add(batch)
            broken += _broken(batch.failures, waiting, place)
            looked_at = len(batch.indices) + len(batch.failures)
            slowest, _, _ = keeper.spent.words().partition(",")
            progress.advance(looked_at, note=f"bottleneck: {slowest}")
        keeper.write()
    if len(waiting.images):
        listener.note(f"Where the time went: {keeper.spent.words()}.")
    _set_aside(library, listener, broken)
    return ChangeSet(
        images=bool(broken),
        summary={
            "version": name,
            "scanned": len(waiting.images) - len(broken),
            "rescored": rescored,
            "set_aside": len(broken),
            "seconds_loading": round(loaded - began, 3),
            "seconds_scanning": round(time.perf_counter() - loaded, 3),
            "cpu_scanning": round(time.process_time() - cpu, 3),
            "seconds_reading": round(keeper.spent.reading, 3),
            "seconds_writing": round(keeper.spent.writing, 3),
        },
    )


def _set_aside(library: Library, listener: Listener, broken: list[tuple[int, str]]) -> None:
    """Asks no more about images that cannot be read, and says so."""
    if broken:
        library.images.set_aside_many(broken)
        listener.note(
            f"{len(broken):,} images could not be read and were set aside, for example "
            f"{broken[0][1]}"
        )


def _score_again(
    library: Library, predictor: Predictor, files: ScanFiles, before: Embedded, waiting: Waiting
) -> Waiting:
    """Scores the images that the network saw before; returns those that it did not see."""
    keeper = Keeper(files, waiting, library.images.tag_rows())
    for batch in scores_again(predictor, before, waiting.images, waiting.digests):
        keeper.add(batch)
    keeper.write()
    return images_waiting(library, files)


def _place(library: Library, chosen: ScanChoices) -> Path:
    """Where the pictures are that a scan reads, which must be there."""
    place = chosen.copies or library.folder
    refuse_if_away(place)
    return place


def _broken(failures: Sequence[Failure], waiting: Waiting, place: Path) -> list[tuple[int, str]]:
    """(image id, reason) of what cannot be read; a drive that was pulled out is no reason."""
    if failures:
        refuse_if_away(place)
    return [(int(waiting.images[failure.position]), failure.reason) for failure in failures]


def _opener(library: Library, copies: Path | None) -> OpenImage:
    """Opens an image's file, or its small copy where there is one."""
    return open_for_tagger if copies is None else SmallCopies(copies, library.folder).open


def _shape(library: Library, name: str, predictor: Predictor) -> ScanShape:
    ids = library.tags.ids()
    missing = [tag for tag, _ in predictor.tags if tag not in ids]
    if missing:
        ids = library.tags.add(dict.fromkeys(missing))
    return ScanShape(name, tuple(ids[tag] for tag, _ in predictor.tags), predictor.embedding_width)


def _floored(library: Library, shape: ScanShape, keep_above: float) -> ScanShape:
    """The shape with the floor that was asked for, or that the scan was begun with."""
    if not 0.0 <= keep_above < 1.0:
        raise UsageError("The lowest score that is kept lies between 0 and 1.")
    begun = library.scan(shape.version)
    if not keep_above:
        return replace(shape, floor=begun.shape.floor if begun is not None else 0)
    logit = np.log(np.float32(keep_above)) - np.log1p(-np.float32(keep_above))
    wanted = replace(shape, floor=max(int(quantise(np.atleast_1d(logit))[0]), LEAST_FLOOR))
    if begun is not None and len(begun) and begun.shape.floor != wanted.floor:
        raise UsageError(
            f"Version {shape.version} was scanned with other scores kept. Delete {begun.folder} "
            "to scan it again, or leave the option out."
        )
    return wanted


def _say_room(listener: Listener, files: ScanFiles, images: int) -> None:
    if images:
        needed = _size(images * files.shape.bytes_an_image())
        listener.note(f"It will take about {needed} in {files.folder}.")


def _size(count: int) -> str:
    """Bytes for people; fine enough that what is needed and what is free do not look alike."""
    return f"{count / 1e6:,.0f} MB" if count < 10**10 else f"{count / 1e9:,.1f} GB"


def refuse_without_room(files: ScanFiles, images: int) -> None:
    """Tells before a scan begins if it would not fit on the disk.

    Args:
        files: The scan.
        images: To be scanned.

    Raises:
        StoreFullError: There is too little space; nothing was written.
    """
    needed = images * files.shape.bytes_an_image() + ROOM_LEFT
    free = shutil.disk_usage(files.folder).free
    if needed > free:
        raise StoreFullError(
            f"A scan of {images:,} images needs about {_size(needed)} in {files.folder}, "
            f"and {_size(free)} are free. Free some space, keep the workspace on a "
            "larger disk with --workspace, or keep fewer scores with --keep-above 0.01."
        )
