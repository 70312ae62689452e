"""Tags that a brought tagger sees here and the collection does not have: proposed as new ones."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.tags.tag_mapping import Kind, plain
from reviewer.jobs.context import stage
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.jobs.taggers.bringing import mapping_of
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from model.predict import Predictor
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

LOOKED_AT = 200
"""Images that are run anew where their embeddings are not stored."""

_AT_ONCE = 1024
_USUAL = 0.5
"""Score from which a tag counts as seen, where the tagger's makers named none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tag that the tagger sees and the collection lacks.

    Attributes:
        own: The tagger's name of it.
        tag: The name it would have here.
        category: Danbooru's number.
        images: How many show it, of those looked at.
    """

    own: str
    tag: str
    category: int
    images: int


def propose_tags(
    library: Library, listener: Listener, *, version: str = "", device: str = "auto"
) -> tuple[list[Proposal], int]:
    """Counts what a brought tagger sees in the collection beyond the collection's own tags.

    Where the collection was scanned, every scanned image counts; else a sample is looked at.

    Args:
        library: The collection.
        listener: Hears of progress.
        version: Its name; the one in use where empty.
        device: "auto", "cpu", "cuda" or "mps".

    Returns:
        The proposals, the most frequent first, and the number of images that were looked at.

    Raises:
        UsageError: There is no such version, or it was not brought.
        TaggerError: It cannot be loaded.
    """
    name, mapping = mapping_of(library, version)
    with tagger_errors():
        predictor = _with_all_outputs(library, name, device)
    thresholds = predictor.record.metrics.get("thresholds", {})
    cut = np.array([thresholds.get(own, _USUAL) for own, _ in predictor.tags], np.float32)
    at_least = np.log(cut / np.maximum(1 - cut, 1e-6))
    counts = np.zeros(len(cut), np.int64)
    looked = 0
    with stage(listener, "propose", 0, "images") as progress:
        for logits in _logits(library, name, predictor):
            counts += (logits >= at_least).sum(axis=0)
            looked += len(logits)
            progress.at(looked)
    known = library.tags.ids()
    found = [
        Proposal(meaning.own, plain(meaning.own), meaning.category, int(count))
        for meaning, count in zip(mapping.meanings, counts.tolist(), strict=True)
        if meaning.kind is Kind.MISSING and count and plain(meaning.own) not in known
    ]
    _keep(library, name, {m.own: n for m, n in zip(mapping.meanings, counts.tolist(), strict=True)})
    return sorted(found, key=lambda entry: (-entry.images, entry.own)), looked


def seen_on(library: Library, version: str) -> dict[str, int]:
    """On how many images a brought tagger sees each of its tags, as was counted last.

    Returns:
        By the tagger's own names; empty where it was not counted.
    """
    try:
        held = json.loads(_counted(library, version).read_text(encoding="utf-8"))
        return {str(own): int(count) for own, count in held.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _counted(library: Library, version: str) -> Path:
    return library.workspace.cache / f"seen-{version}.json"


def _keep(library: Library, version: str, counts: dict[str, int]) -> None:
    path = _counted(library, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(counts, ensure_ascii=False))


def _with_all_outputs(library: Library, name: str, device: str) -> Predictor:
    """The version with every output, those that mean nothing here included."""
    from model.device import choose_device
    from model.predict import Predictor
    from model.version import load_version

    chosen = choose_device(device)
    tagger, record = load_version(library.version_folder(name), chosen.place, whole=True)
    rows = list(range(len(record.outputs)))
    return Predictor(tagger, replace(record, tags=record.outputs, rows=rows), chosen)


def _logits(library: Library, name: str, predictor: Predictor) -> Iterator[NDArray[np.float32]]:
    """(B, T) logits of all outputs, a batch at a time."""
    files = embedded_by(library, name)
    if files is not None and predictor.is_linear:
        rows = files.latest()
        for start in range(0, len(rows), _AT_ONCE):
            embeddings = files.embeddings()[rows[start : start + _AT_ONCE]]
            yield predictor.from_embeddings(np.asarray(embeddings))
        return
    askable = library.images.askable()
    # The same sample each time: a count that changes by itself would say nothing.
    chosen = random.Random(0).sample(askable, min(LOOKED_AT, len(askable)))
    for batch in predictor.scan([library.folder / path for _, path, _ in chosen], open_for_tagger):
        yield batch.logits
