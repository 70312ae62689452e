"""Trains the heads of a version on the embeddings of its scan: seconds, whatever the network is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.held_out import held_out
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.jobs.labels import choose_tags, gather_labels
from reviewer.jobs.learning.doubts import doubted_labels
from reviewer.jobs.learning.training import version_figures
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.config import Tune
    from reviewer.core.types import Tag
    from reviewer.jobs.context import Listener
    from reviewer.jobs.labels import Labels
    from reviewer.jobs.learning.training import TrainChoices
    from reviewer.store.library import Library


def tuning_for(library: Library, choices: TrainChoices) -> Tune:
    """What of the parent's network is learnt: as chosen, else what suits parent and machine.

    Our own networks are small and learnt as a whole. Of a brought one the heads are learnt on a
    CPU and where the network is a graph, low ranks beside its layers on a GPU.

    Raises:
        TaggerError: The parent cannot be read.
    """
    if choices.tune or not choices.parent:
        return choices.tune or "all"
    from model.device import choose_device
    from model.record import read_record

    with tagger_errors():
        record = read_record(library.version_folder(choices.parent))
        on_cpu = choose_device(choices.device).kind == "cpu"
    if record.brought is None:
        return "all"
    return "heads" if on_cpu or record.config.network == "onnx" else "lora"


def train_heads(library: Library, listener: Listener, choices: TrainChoices) -> ChangeSet:
    """Learns heads from the answers so far and keeps them as a version.

    Tags that the parent lacks get heads; tags that an answer is about are learnt on; all others
    stay as they are.

    Raises:
        UsageError: The parent has not scanned the collection, or there is nothing to learn.
        TaggerError: The parent cannot be used.
        StoreError: The collection cannot be written.
    """
    parent = choices.parent
    scanned = _scanned(library, parent)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, scanned.images, vocabulary)
    choice = choose_tags(labels, vocabulary, choices.minimum)
    if not choice.tags:
        raise UsageError(
            f"No tag is on {choices.minimum} scanned images or more. Lower the limit with "
            "--min-images."
        )
    fixed = untouched(labels, choice.tags)
    name = library.versions.next_name()
    listener.note(
        f"{len(scanned.images):,} scanned images; of {len(choice.tags):,} tags "
        f"{int((~fixed).sum()):,} have answers, the others' heads stay where {parent} has them."
    )
    from model.heads import HeadRequest, learn_heads

    with stage(listener, "heads", 0, "tags") as progress, tagger_errors():
        learn_heads(
            HeadRequest(
                parent=library.version_folder(parent),
                version_folder=library.version_folder(name),
                embeddings=scanned.embeddings,
                labels=doubted_labels(library, labels, [tag.id for tag in choice.tags]),
                tags=[(tag.name, int(tag.category)) for tag in choice.tags],
                fixed=fixed,
                held_out=scanned.held_out,
                given=_given(library, parent, scanned.rows, choice.tags),
                note={"decisions": labels.decided},
            ),
            progress.at,
        )
    figures = version_figures(library.version_folder(name))
    library.versions.put(
        VersionInfo(
            name=name,
            state=VersionState.CANDIDATE,
            created_at=int(time.time() * 1000),
            parent=parent,
            backbone=library.versions.get(parent).backbone,
            n_tags=len(choice.tags),
            decisions=labels.decided,
            metrics=figures,
        )
    )
    return ChangeSet(versions=True, summary={"version": name, **figures})


def untouched(labels: Labels, tags: Sequence[Tag]) -> NDArray[np.bool_]:
    """(T,) bool: tags that no answer is about."""
    answered = {tag_id for answers in labels.answers.values() for tag_id in answers}
    return np.array([tag.id not in answered for tag in tags], bool)


@dataclass(frozen=True)
class _Scanned:
    """What a version's scan knows of the images that are there.

    Attributes:
        images: (N,) ids, ascending.
        rows: (N,) their places in the scan.
        embeddings: (N, D) float16.
        held_out: (N,) bool, images that no version is trained on.
    """

    images: NDArray[np.int64]
    rows: NDArray[np.int64]
    embeddings: NDArray[np.float16]
    held_out: NDArray[np.bool_]


def _scanned(library: Library, parent: str) -> _Scanned:
    files = embedded_by(library, parent)
    if files is None or not len(files):
        raise UsageError(
            f"Heads are learnt on the embeddings of a scan, and {parent} has none yet. Scan first: "
            f"reviewer scan --version {parent}"
        )
    digests = {image_id: digest for image_id, _, digest in library.images.askable()}
    latest = files.latest()
    images = files.rows()["image"][latest].astype(np.int64)
    there = np.array([image_id in digests for image_id in images.tolist()], bool)
    order = np.argsort(images[there])
    rows = latest[there][order]
    kept = images[there][order]
    held = held_out([digests[image_id] for image_id in kept.tolist()])
    if held.all() or not held.any():
        raise UsageError("Too few images are scanned to learn on some and look at others.")
    return _Scanned(kept, rows, np.asarray(files.embeddings()[rows]), held)


def _given(
    library: Library, parent: str, rows: NDArray[np.int64], tags: Sequence[Tag]
) -> NDArray[np.float32] | None:
    """(N, T) what the parent itself says, for networks whose end is not linear."""
    from model.record import read_record

    arguments = read_record(library.version_folder(parent)).config.arguments
    files = library.scan(parent)
    if "given" not in arguments or files is None:
        return None
    columns = {tag_id: column for column, tag_id in enumerate(files.shape.tags)}
    given = np.zeros((len(rows), len(tags)), np.float32)
    for place, tag in enumerate(tags):
        if tag.id in columns:
            given[:, place] = files.tag_logits(columns[tag.id])[rows]
    return given
