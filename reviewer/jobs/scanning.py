"""Runs a version over the collection: only what was not scanned yet, or has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.training import tagger_errors
from reviewer.store.scans import ROW, ScanFiles, ScanShape, digest_of

if TYPE_CHECKING:
    from model.predict import Predictor, ScanBatch
    from reviewer.store.library import Library


def scan(
    library: Library,
    listener: Listener,
    *,
    version: str = "",
    device: str = "auto",
    batch_size: int = 32,
    workers: int = 2,
) -> ChangeSet:
    """Scores every image with a version, and keeps the embeddings.

    A scan that was cut off goes on at the image where it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        version: Name; empty for the active one.
        device: "auto", "cpu", "cuda" or "mps".
        batch_size: Images at once.
        workers: Threads that decode.

    Raises:
        UsageError: There is no version yet.
        TaggerError: The version or the device cannot be used.
        StoreFullError: The disk is full; what was scanned so far is kept.
    """
    name = version or _active(library)
    from model.predict import Predictor

    with tagger_errors():
        predictor = Predictor.load(library.version_folder(name), device)
    listener.note(f"Scan with version {name} on {predictor.device.words}.")
    library.state.set("device", predictor.device.words)
    files = library.begin_scan(_shape(library, name, predictor))
    waiting = _waiting(library, files)
    broken: list[tuple[int, str]] = []
    with stage(listener, "scan", len(waiting), "images") as progress:
        paths = [library.folder / path for _, path, _ in waiting]
        for batch in predictor.scan(paths, open_for_tagger, batch_size=batch_size, workers=workers):
            _store(files, waiting, batch)
            broken += [(waiting[f.position][0], f.reason) for f in batch.failures]
            progress.advance(len(batch.indices) + len(batch.failures))
    if broken:
        library.images.set_aside_many(broken)
        listener.note(
            f"{len(broken):,} images could not be read and were set aside, for example "
            f"{broken[0][1]}"
        )
    return ChangeSet(
        images=bool(broken),
        summary={"version": name, "scanned": len(waiting) - len(broken), "set_aside": len(broken)},
    )


def _active(library: Library) -> str:
    active = library.versions.active()
    if active is None:
        raise UsageError("There is no tagger version yet. Train one first: reviewer train")
    return active.name


def _shape(library: Library, name: str, predictor: Predictor) -> ScanShape:
    ids = library.tags.ids()
    missing = [tag for tag, _ in predictor.tags if tag not in ids]
    if missing:
        ids = library.tags.add(dict.fromkeys(missing))
    return ScanShape(name, tuple(ids[tag] for tag, _ in predictor.tags), predictor.embedding_width)


def _waiting(library: Library, files: ScanFiles) -> list[tuple[int, str, bytes]]:
    rows = files.rows()
    done = dict(zip(rows["image"].tolist(), rows["digest"].tolist(), strict=True))
    return [
        entry for entry in library.images.askable() if done.get(entry[0]) != digest_of(entry[2])
    ]


def _store(files: ScanFiles, waiting: list[tuple[int, str, bytes]], batch: ScanBatch) -> None:
    rows = np.zeros(len(batch.indices), ROW)
    entries = [waiting[i] for i in batch.indices.tolist()]
    rows["image"] = [image_id for image_id, _, _ in entries]
    rows["digest"] = [digest_of(sha256) for _, _, sha256 in entries]
    rows["hash"] = batch.hashes
    if len(rows):
        files.append(rows, batch.embeddings, batch.logits)
