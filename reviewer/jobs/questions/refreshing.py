"""Out-of-sample scores from heads on stored embeddings: seconds, while the reviewer goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.ranking.neighbours import neighbour_graph
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import choose_tags, gather_labels, label_matrix
from reviewer.jobs.people import weigh_reviewers
from reviewer.jobs.questions.every_tag import score_every_tag
from reviewer.jobs.questions.large import is_large
from reviewer.jobs.questions.large_refresh import refresh_large
from reviewer.jobs.questions.own_scores import own_scores, with_own
from reviewer.jobs.questions.whole_scores import whole_scores
from reviewer.jobs.scans.there import present_rows, scanned
from reviewer.store.crossfits import Crossfit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library

FOLDS = 5
NEIGHBOURS = 20


def refresh(
    library: Library,
    listener: Listener,
    *,
    minimum: int = 20,
    seed: int = 0,
    every_tag: bool = False,
) -> ChangeSet:
    """Fits cross-fitted heads on the active version's embeddings, answers taken in.

    An image's scores come from heads that saw neither its labels nor those of its near-duplicates;
    a brought tagger's own word on the tags that it knew before goes in with them, or that of
    networks that never saw the image (`cross_fitting`).

    Args:
        library: The collection.
        listener: Hears of progress.
        minimum: Images that a tag needs.
        seed: Of the folds.
        every_tag: Fit heads for every tag of a large collection too, not for the answered ones
            alone; others have them at every refresh.

    Raises:
        UsageError: Nothing is scanned yet.
        StoreFullError: The disk is full; the scores before stay.
    """
    name, files = scanned(library)
    # What several people said is settled by what their words are worth by now.
    weigh_reviewers(library)
    if is_large(files):
        if every_tag:
            score_every_tag(library, listener, files, minimum=minimum, seed=seed)
        return refresh_large(library, listener, name, files, seed=seed)
    if every_tag:
        listener.note("In a collection of this size every tag has heads at each refresh.")
    rows = present_rows(library, files)
    images = files.rows()["image"][rows].astype(np.int64)
    vocabulary = library.vocabulary()
    labels = gather_labels(library, images, vocabulary)
    learnt = [tag.id for tag in choose_tags(labels, vocabulary, minimum).tags]
    own = own_scores(library, name, images)
    known = [] if own is None else own.worth_asking(labels, vocabulary, learnt)
    if not learnt and not known:
        raise UsageError(
            f"No tag is on {minimum} scanned images or more. Lower the limit with --min-images."
        )
    from model.split import group_duplicates

    embeddings = np.asarray(files.embeddings()[rows])
    groups = group_duplicates(files.rows()["hash"][rows])
    logits = _head_logits(listener, embeddings, labels, learnt, groups, seed)
    tags = learnt
    if own is not None:
        tags, logits = with_own(listener, own, labels, (learnt, logits), known, groups)
    whole = whole_scores(library, name, images)
    if whole is not None:
        logits = whole.beside_heads(listener, tags, logits)
    with stage(listener, "neighbours", len(images), "images") as progress:
        graph = _graph(library, name, images, embeddings, groups)
        progress.at(len(images))
    library.crossfit(name).save(
        Crossfit(
            images=images,
            tags=np.asarray(tags, np.int64),
            logits=logits,
            groups=groups,
            neighbours=graph[0],
            similarities=graph[1],
            decided=labels.decided,
        )
    )
    return ChangeSet(summary={"version": name, "images": len(images), "tags": len(tags)})


def _head_logits(
    listener: Listener,
    embeddings: NDArray[np.float16],
    labels: Labels,
    tags: list[int],
    groups: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float16]:
    """(T, N) logits of heads that saw no label of an image or of its near-duplicates."""
    if not tags:
        return np.zeros((0, len(embeddings)), np.float16)
    from model.crossfit import cross_fit_heads
    from model.penalty import choose_penalty
    from model.split import folds

    with stage(listener, "refresh", 0, "steps") as progress:
        matrix = label_matrix(labels, tags)
        fold = folds(groups, labels.original.columns(tags).tocsr(), FOLDS, seed)
        logits = cross_fit_heads(
            embeddings,
            matrix,
            fold,
            choose_penalty(embeddings, matrix, fold),
            told=progress.at,
        )
    return np.ascontiguousarray(logits.T, dtype=np.float16)


def _graph(
    library: Library,
    name: str,
    images: NDArray[np.int64],
    embeddings: NDArray[np.float16],
    groups: NDArray[np.int64],
) -> tuple[NDArray[np.int32], NDArray[np.float16]]:
    """Neighbours of every image; those of the refresh before where the images are the same."""
    before = library.crossfit(name).load()
    if before is not None and np.array_equal(before.images, images):
        # Not as they are mapped: their files are about to be replaced, which Windows then refuses.
        return np.array(before.neighbours), np.array(before.similarities)
    graph = neighbour_graph(embeddings.astype(np.float32), k=NEIGHBOURS, groups=groups)
    return graph.indices, graph.similarity
