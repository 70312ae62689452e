"""Writes a version so that other programs load it: ONNX in the WD contract, or a timm folder."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

KINDS = ("onnx", "timm")

_ROUND = (255, 255, 255)


def export_tagger(
    library: Library, listener: Listener, folder: Path, *, kind: str = "onnx", version: str = ""
) -> ChangeSet:
    """Writes a version into a new folder, and loads it again to compare.

    Args:
        library: The collection.
        listener: Hears of what was written.
        folder: Must be empty or not there yet.
        kind: "onnx" or "timm".
        version: Name; the one in use where empty.

    Raises:
        UsageError: There is no such version.
        TaggerError: It cannot be written in this form.
        StoreError: The folder cannot be written.
    """
    name = library.versions.meant(version)
    from model.record import read_record
    from model.taggers.export import export_version

    with stage(listener, "export", 0, "steps"), tagger_errors(), writing(folder):
        record = read_record(library.version_folder(name))
        difference = export_version(library.version_folder(name), folder, kind, _counts(library))
    config = record.config
    if kind == "onnx" and (config.fit, config.pad_colour) != ("square", _ROUND):
        listener.note(
            "Programs for WD taggers put pictures on a white square; this version was trained "
            "otherwise, so its scores there differ a little. This program reads how from "
            "tagger.json."
        )
    if record.brought:
        listener.note(f"It comes from {record.brought['words']}: {record.brought['licence']}.")
    listener.note(f"{folder} was loaded again: scores differ by {difference:.1e} at most.")
    return ChangeSet(summary={"version": name, "folder": str(folder), "difference": difference})


def _counts(library: Library) -> dict[str, int]:
    """Images of each tag, by name."""
    from reviewer.store.packing import unpack

    counts: Counter[int] = Counter()
    for _, packed in library.images.packed_tags():
        counts.update(unpack(packed).tolist())
    vocabulary = library.vocabulary()
    return {vocabulary.name(tag_id): count for tag_id, count in counts.items()}
