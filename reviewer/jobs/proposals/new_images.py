"""Tags for images that have none: asked of a person, never written.

The new images are a collection of their own, in a workspace of its own. It borrows the tagger of
the collection that knows, scans with it, and asks "Does this image show X?" where the score lies
above the tag's floor. Answers are stored, exported and written back as everywhere.
"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.queues import Ranking
from reviewer.core.types import ChangeSet, Side
from reviewer.jobs.context import stage
from reviewer.jobs.images.previews import make_previews
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.scans.there import present_rows
from reviewer.store.disk import replacing
from reviewer.store.proposals import Proposed
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.proposals import Floor
    from reviewer.jobs.context import Listener
    from reviewer.jobs.proposals.floors import Floors
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles


def propose(
    library: Library, new: Library, listener: Listener, found: Floors, *, device: str = "auto"
) -> ChangeSet:
    """Imports and scans new images, and makes the questions.

    Args:
        library: The collection that knows.
        new: That of the new images.
        listener: Hears of progress.
        found: What may be proposed, as `find_floors` tells of the collection that knows.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        UsageError: They are one collection.
        SourceError: The new images cannot be read.
        StoreError: The new collection cannot be written.
        TaggerError: The tagger cannot be run.
    """
    if new.workspace.path.resolve() == library.workspace.path.resolve():
        raise UsageError(
            "The new images are the collection itself. Name the folder of the new images first, "
            "and the collection that was trained with --from."
        )
    for line in found.lines():
        listener.note(line)
    import_folder(new, listener)
    version = _borrow(library, new, found.version)
    _take_words(library, new, [floor.tag for floor in found.floors])
    scan(new, listener, ScanChoices(version=version, device=device))
    new.proposals.save(
        Proposed(version, str(library.workspace.path), found.version, found.level, found.floors)
    )
    summary = rank_proposals(new, listener).summary
    make_previews(new, listener)
    return ChangeSet(images=True, tags=True, ranking=True, versions=True, summary=summary)


def rank_proposals(library: Library, listener: Listener) -> ChangeSet:
    """Makes the questions of a collection of new images again, less what was answered.

    Raises:
        UsageError: Nothing was proposed to it yet.
        StoreError: They cannot be written.
    """
    proposed = library.proposals.load()
    files = library.scan(proposed.version) if proposed is not None else None
    if proposed is None or files is None:
        raise UsageError("Nothing is proposed here yet. Run: reviewer propose NEW_IMAGES")
    with stage(listener, "propose", len(proposed.floors), "tags") as progress:
        ranking = _questions(library, files, proposed.floors, proposed.version)
        progress.at(len(proposed.floors))
    library.rankings.save(ranking)
    expected = float(ranking.suspicions.sum()) / max(len(ranking), 1)
    images = len(np.unique(ranking.images))
    listener.note(
        f"{len(ranking):,} tags are proposed on {images:,} images, {expected:.1%} of them right by "
        "the best guess. Nothing is written: a person answers each."
    )
    return ChangeSet(
        ranking=True,
        summary={
            "proposals": len(ranking),
            "images": images,
            "tags": len(ranking.tags),
            "expected_precision": round(expected, 4),
        },
    )


def _borrow(library: Library, new: Library, name: str) -> str:
    """A copy of the version for the new collection; the one that it has if it is the same."""
    before = new.proposals.load()
    source = (str(library.workspace.path), name)
    if before is not None and (before.source, before.source_version) == source:
        return before.version
    own = new.versions.next_name()
    with replacing(new.version_folder(own)) as aside:
        shutil.copytree(library.version_folder(name), aside)
    info = library.versions.get(name)
    new.versions.put(
        VersionInfo(
            name=own,
            state=VersionState.CANDIDATE,
            created_at=int(time.time() * 1000),
            backbone=info.backbone,
            n_tags=info.n_tags,
            metrics=info.metrics,
        )
    )
    new.versions.activate(own)
    return own


def _take_words(library: Library, new: Library, names: Sequence[str]) -> None:
    """Makes the proposed tags known to the new collection, with all that they imply."""
    vocabulary = library.vocabulary()
    wanted = {tag.id for name in names if (tag := vocabulary.find(name)) is not None}
    wanted |= {up for tag_id in wanted for up in vocabulary.implications.ancestors(tag_id)}
    tags = [vocabulary.tags[tag_id] for tag_id in wanted]
    new.tags.add({tag.name: tag.category for tag in tags})
    new.tags.add_implications(
        [
            (vocabulary.name(child), vocabulary.name(parent))
            for child in wanted
            for parent in vocabulary.implications.ancestors(child)
        ]
    )


def _questions(
    library: Library, files: ScanFiles, floors: Sequence[Floor], version: str
) -> Ranking:
    """Pairs above the floors that nobody answered and the metadata do not have."""
    ids = library.tags.ids_of([floor.tag for floor in floors])
    columns = {tag_id: column for column, tag_id in enumerate(files.shape.tags)}
    rows = present_rows(library, files)
    images = files.rows()["image"][rows].astype(np.int64)
    closed = _closed(library, images)
    parts: list[tuple[int, NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]] = []
    for floor in floors:
        tag_id = ids.get(floor.tag, -1)
        if tag_id not in columns:
            continue
        logits = files.tag_logits(columns[tag_id])[rows]
        worth = floor.worth(logits)
        done = np.isin(images, closed.get(tag_id, []))
        kept = np.flatnonzero((logits >= floor.logit) & ~done)
        kept = kept[np.argsort(-logits[kept], kind="stable")]
        if len(kept):
            scores = 1 / (1 + np.exp(-logits[kept]))
            parts.append((tag_id, images[kept], scores.astype(np.float32), worth[kept]))
    if not parts:
        return Ranking.empty()
    lengths = [len(part[1]) for part in parts]
    return Ranking(
        tags=np.array([part[0] for part in parts], np.int64),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        images=np.concatenate([part[1] for part in parts]),
        sides=np.full(sum(lengths), int(Side.MISSING), np.uint8),
        scores=np.concatenate([part[2] for part in parts]),
        suspicions=np.concatenate([part[3] for part in parts]),
        version=version,
        decided=library.decisions.last_id(),
    )


def _closed(library: Library, images: NDArray[np.int64]) -> dict[int, list[int]]:
    """Images by tag id where the tag is there already, or a person said something of it."""
    found: dict[int, list[int]] = {}
    rows = library.images.tag_rows().of(images)
    for row, image in enumerate(images.tolist()):
        for tag_id in rows.of_image(row).tolist():
            found.setdefault(tag_id, []).append(image)
    for decision in library.decisions.live():
        found.setdefault(decision.tag_id, []).append(decision.image_id)
    return found
