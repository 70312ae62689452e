"""What the noise experiment learns from and measures on: a copy of the labels, not the store."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.held_out import held_out
from reviewer.jobs.labels import choose_tags, gather_labels, label_matrix
from reviewer.jobs.scans.there import present_rows, scanned

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy import sparse

    from reviewer.core.types import Tag
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

MOST_MEASURED = 10_000
"""Images to measure on: more make the figures no surer than the tags do."""
FEWEST_MEASURED = 50
FEWEST_LEARNT = 200
FEWEST_PRESENT = 5
"""Images to measure on that show a tag; with fewer its average precision is chance."""


@dataclass(frozen=True)
class NoiseData:
    """A copy of the labels with what is learnt from them.

    Attributes:
        version: Whose embeddings they are.
        embeddings: (N, D) float16 of the images to learn from.
        present: (N, T) CSR bool, their labels with all answers taken in.
        unsure: (N, T) CSR bool: left out of learning.
        absent_weight: (T,) float32, as the collection's own training has it.
        measured: (M, D) float16 of the images to measure on.
        targets: (M, T) float32, 0 or 1.
        weights: (M, T) float32, 0 where nobody knows.
        images, measured_images: (N,) and (M,) int64 ids.
        tags: T tags.
        confirmed: Of the M x T pairs, how many a person answered, or a list of true tags tells.
        basis: What quality is measured against, in words.
    """

    version: str
    embeddings: NDArray[np.float16]
    present: sparse.csr_matrix
    unsure: sparse.csr_matrix
    absent_weight: NDArray[np.float32]
    measured: NDArray[np.float16]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]
    images: NDArray[np.int64]
    measured_images: NDArray[np.int64]
    tags: tuple[Tag, ...]
    confirmed: int
    basis: str


def noise_data(
    library: Library, *, minimum: int, most_tags: int, most_images: int, truth: Path | None = None
) -> NoiseData:
    """Copies the labels and splits the images.

    Measured is on images that no version was trained on, or on those of a list of true tags; their
    near-duplicates are not learnt from either.

    Args:
        library: A collection with a scan.
        minimum: Images that a tag needs.
        most_tags: At most so many tags, spread evenly from frequent to rare.
        most_images: To learn from at most, drawn by a fixed seed.
        truth: A table `relative_path,tags` of images whose tags are known to be right.

    Raises:
        UsageError: Nothing is scanned, or there is too little to learn from or to measure on.
        SourceError: The table cannot be read.
    """
    name, files = scanned(library)
    ids, rows, paths, digests = _there(library, files)
    true_tags = read_true_tags(truth) if truth else None
    apart = held_out(digests)
    if true_tags is not None:
        listed = np.array([path in true_tags for path in paths], bool)
        apart = listed & apart if (listed & apart).sum() >= FEWEST_MEASURED else listed
    learnt, measured = _parts(files.rows()["hash"][rows], apart, most_images)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, ids, vocabulary)
    tags = choose_tags(labels, vocabulary, minimum).tags
    matrix = label_matrix(labels, [tag.id for tag in tags])
    targets, weights = matrix.take(measured).columns(np.arange(len(tags)))
    weights = (weights > 0).astype(np.float32)
    confirmed = _confirmed(labels, measured, tags)
    if true_tags is not None:
        named = [paths[place] for place in measured.tolist()]
        targets, weights = _true_targets(true_tags, named, tags), np.ones_like(weights)
        confirmed = targets.size
    kept = _spread(targets, weights, matrix.take(learnt).counts(), most_tags)
    _need(len(kept) > 0, "no tag is on enough images")
    embeddings = files.embeddings()
    return NoiseData(
        version=name,
        embeddings=np.asarray(embeddings[rows[learnt]]),
        present=matrix.present[learnt][:, kept],
        unsure=matrix.unsure[learnt][:, kept],
        absent_weight=matrix.absent_weight[kept],
        measured=np.asarray(embeddings[rows[measured]]),
        targets=targets[:, kept],
        weights=weights[:, kept],
        images=ids[learnt],
        measured_images=ids[measured],
        tags=tuple(tags[column] for column in kept.tolist()),
        confirmed=confirmed,
        basis=_basis(true_tags is not None, len(measured) * len(tags), confirmed),
    )


class _There(NamedTuple):
    """Scanned images that can be asked about, by id.

    Attributes:
        ids: (I,) int64, ascending.
        rows: (I,) int64 of the scan.
        paths, digests: I each, of the files.
    """

    ids: NDArray[np.int64]
    rows: NDArray[np.int64]
    paths: list[str]
    digests: list[bytes]


def _there(library: Library, files: ScanFiles) -> _There:
    known = {image_id: (path, digest) for image_id, path, digest in library.images.askable()}
    rows = present_rows(library, files)
    ids = files.rows()["image"][rows].astype(np.int64)
    found = [known[image_id] for image_id in ids.tolist()]
    return _There(ids, rows, [path for path, _ in found], [digest for _, digest in found])


def _parts(
    hashes: NDArray[np.uint64], apart: NDArray[np.bool_], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the images to learn from and of those to measure on, ascending.

    Args:
        hashes: (I,) difference hashes, by which near-duplicates are kept on one side.
        apart: (I,) the images that may be measured on.
        most: To learn from.

    Raises:
        UsageError: There are too few of either.
    """
    from model.split import group_duplicates

    groups = group_duplicates(hashes)
    learnt = np.flatnonzero(~np.isin(groups, groups[apart]))
    _need(len(learnt) >= FEWEST_LEARNT, f"{len(learnt):,} images are left to learn from")
    _need(int(apart.sum()) >= FEWEST_MEASURED, f"{int(apart.sum()):,} images are there to measure")
    rng = np.random.default_rng(0)
    learnt = np.sort(rng.permutation(learnt)[:most])
    return learnt, np.sort(rng.permutation(np.flatnonzero(apart))[:MOST_MEASURED])


def read_true_tags(path: Path) -> dict[str, frozenset[str]]:
    """Tags that are known to be right, by the image's path in the collection.

    Raises:
        SourceError: The table cannot be read, or lacks its columns.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        return {row["relative_path"]: frozenset(row["tags"].split()) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise SourceError(
            f"{path} cannot be read as a table of true tags ({error}). It needs a first line "
            "'relative_path,tags' and a line for each image, its tags set apart by spaces."
        ) from error


def _need(enough: bool, words: str) -> None:
    if not enough:
        raise UsageError(
            f"There is too little to experiment on: {words}. The experiment learns from "
            f"{FEWEST_LEARNT} scanned images or more, and measures on {FEWEST_MEASURED} or more "
            "that no version was trained on; lower --min-images where tags are too rare."
        )


def _confirmed(labels: Labels, measured: NDArray[np.int64], tags: Sequence[Tag]) -> int:
    """Pairs of the measured images that a person answered, or that follow from an answer."""
    wanted = {tag.id for tag in tags}
    images = set(labels.images[measured].tolist())
    return sum(
        len(wanted & answers.keys())
        for image_id, answers in labels.answers.items()
        if image_id in images
    )


def _true_targets(
    true_tags: Mapping[str, frozenset[str]], paths: Sequence[str], tags: Sequence[Tag]
) -> NDArray[np.float32]:
    found = [[tag.name in true_tags[path] for tag in tags] for path in paths]
    return np.array(found, np.float32).reshape(len(paths), len(tags))


def _spread(
    targets: NDArray[np.float32],
    weights: NDArray[np.float32],
    carried: NDArray[np.int64],
    most: int,
) -> NDArray[np.int64]:
    """(K,) columns that can be measured, evenly from frequent to rare, ascending."""
    shown = (targets * weights).sum(axis=0)
    hidden = ((1 - targets) * weights).sum(axis=0)
    able = np.flatnonzero((shown >= FEWEST_PRESENT) & (hidden >= FEWEST_PRESENT) & (carried > 0))
    order = able[np.argsort(-carried[able], kind="stable")]
    if len(order) > most:
        order = order[np.linspace(0, len(order) - 1, most).round().astype(np.int64)]
    return np.sort(order)


def _basis(is_true: bool, pairs: int, confirmed: int) -> str:
    if is_true:
        return "a list of tags that are known to be right"
    if not confirmed:
        return "the collection's labels as they are: no answer is about these images yet"
    return (
        "the collection's labels with all answers taken in; a person's answers settle "
        f"{confirmed / max(pairs, 1):.1%} of the pairs, the others are as they are"
    )
