"""Refresh and ranking of a collection whose every pair cannot have a score of its own heads.

Heads are fitted for the tags that have answers; every other tag is judged by the scan. After new
answers only their tags are ranked again: a pass over the whole scan is made once a scan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.queues import Ranking
from reviewer.core.ranking.evidence import UNSURE, Answers, by_tags_weights
from reviewer.core.ranking.rank import RankOptions, rank_again
from reviewer.core.types import Answer, ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.questions.every_tag import every_tag_scan, made_at
from reviewer.jobs.questions.streamed import StreamedScan
from reviewer.store.crossfits import Crossfit
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from reviewer.core.types import Decision
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

LARGE_PAIRS = 2_000_000_000
"""Images times tags from which on a score of its own for every pair, two bytes each, is too much
for the memory and the time of a refresh."""

FOLDS = 5

FIT_IMAGES = 100_000
"""Images drawn for the fit of heads, beside those that were answered."""

POSITIVES = 2_000
"""Images of each tag that there are to be among them at most, so that rare tags have enough."""

MORE_IMAGES = 200_000
"""Images drawn for the sake of single tags, all tags together: each costs memory for every tag."""

AT_ONCE = 65_536
"""Embeddings scored at once."""


def is_large(files: ScanFiles) -> bool:
    """Whether a scan is ranked from its bytes."""
    return len(files) * len(files.shape.tags) > LARGE_PAIRS


def rank_large(
    library: Library, listener: Listener, name: str, files: ScanFiles, options: RankOptions
) -> Ranking:
    """Ranks a large scan: all of it, or the tags with new answers where the rest is as it was.

    Args:
        library: The collection.
        listener: Hears of progress.
        name: The version that was run.
        files: Its scan.
        options: How to rank.

    Returns:
        The ranking, not stored yet.

    Raises:
        StoreError: The scan cannot be read.
    """
    vocabulary, decisions = library.vocabulary(), list(library.decisions.live())
    decided = library.decisions.last_id()
    minimum = images_needed(library)
    made = made_at(files)
    files = every_tag_scan(files) or files
    scan = StreamedScan.of(library, files, vocabulary, minimum, options)
    scan = replace(scan, answers=answers_of(decisions, scan.images, files.shape.tags))
    before = library.rankings.load()
    state = f"{name} {len(files)} {options.order} {options.limit} {options.floor}{made}"
    whole = library.state.get("ranked_scan") != state or before.version != name
    only = None if whole else _columns_since(decisions, before.decided, scan)
    if only is not None and not only:
        return replace(before, decided=decided)
    with stage(listener, "rank", len(files) if whole else 0, "images") as progress:
        candidates = scan.candidates(progress.at, only)
        queues = rank_again(candidates, scan.answers, options)
    tags = np.array(files.shape.tags, np.int64)
    new = Ranking(
        tags=tags[queues.queue_tag],
        offsets=queues.offsets,
        images=scan.images[queues.row],
        sides=queues.side,
        scores=queues.score,
        suspicions=queues.suspicion,
        priorities=queues.priority,
        spreads=queues.spread,
        version=name,
        decided=decided,
    )
    library.state.set("ranked_scan", state)
    return new if only is None else merged(before, new, tags[np.asarray(only, np.int64)])


def merged(before: Ranking, new: Ranking, tags: NDArray[np.int64]) -> Ranking:
    """A ranking with the queues of some tags (ids) replaced by those of a newer one."""
    kept = np.flatnonzero(~np.isin(before.tags, tags))
    lengths = np.diff(before.offsets)[kept]
    starts = np.repeat(before.offsets[kept], lengths)
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    taken = starts + within

    def both(old: NDArray[Any], added: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([np.asarray(old)[taken], added])

    def both_if_there(old: NDArray[Any] | None, added: NDArray[Any] | None) -> NDArray[Any] | None:
        return None if old is None or added is None else both(old, added)

    every = np.concatenate([lengths, np.diff(new.offsets)])
    return replace(
        new,
        tags=np.concatenate([before.tags[kept], new.tags]),
        offsets=np.concatenate([[0], np.cumsum(every)]).astype(np.int64),
        images=both(before.images, new.images),
        sides=both(before.sides, new.sides),
        scores=both(before.scores, new.scores),
        suspicions=both(before.suspicions, new.suspicions),
        priorities=both_if_there(before.priorities, new.priorities),
        spreads=both_if_there(before.spreads, new.spreads),
    )


def _columns_since(decisions: Sequence[Decision], decided: int, scan: StreamedScan) -> list[int]:
    """Columns with answers since a decision, and those whose heads are newer."""
    tags = {decision.tag_id for decision in decisions if decision.id > decided}
    if scan.crossfit is not None and scan.crossfit.decided > decided:
        tags |= set(scan.crossfit.tags.tolist())
    known = [tag_id for tag_id in sorted(tags) if tag_id < len(scan.columns)]
    return [int(scan.columns[tag_id]) for tag_id in known if scan.columns[tag_id] >= 0]


def answers_of(
    decisions: Sequence[Decision], images: NDArray[np.int64], tags: Sequence[int]
) -> Answers:
    """The answers on pairs of a scan, in its rows and columns."""
    columns = {tag_id: column for column, tag_id in enumerate(tags)}
    order = np.argsort(images, kind="stable")
    known = [decision for decision in decisions if decision.tag_id in columns]
    ids = np.array([decision.image_id for decision in known], np.int64)
    # The last row of an image is the one that counts.
    at = np.maximum(np.searchsorted(images[order], ids, side="right") - 1, 0)
    rows = order[at] if len(order) else at
    there = images[rows] == ids if len(order) else np.zeros(0, bool)
    changed = [UNSURE if d.answer is Answer.UNSURE else int(d.changes_metadata) for d in known]
    return Answers(
        row=rows.astype(np.int32),
        tag=np.array([columns[d.tag_id] for d in known], np.int32),
        side=np.array([int(d.side) for d in known], np.uint8),
        changed=np.array(changed, np.int8),
        weight=by_tags_weights(known),
    ).take(there)


def refresh_large(
    library: Library, listener: Listener, name: str, files: ScanFiles, *, seed: int = 0
) -> ChangeSet:
    """Fits heads for the tags that have answers, and scores every image with them, streamed.

    Each image is scored by heads that were fitted without its fold; near-identical images are in
    one fold.

    Args:
        library: The collection.
        listener: Hears of progress.
        name: The version that was run.
        files: Its scan.
        seed: Of the folds and of the images drawn.

    Raises:
        StoreFullError: The disk is full; the scores before stay.
        StoreError: The scan cannot be read.
    """
    rows = _living_rows(library, files)
    records = files.rows()[rows]
    images = records["image"].astype(np.int64)
    decided = library.decisions.last_id()
    decisions = list(library.decisions.live())
    scored = set(files.shape.tags)
    tags = sorted({decision.tag_id for decision in decisions} & scored)
    _, groups = np.unique(records["hash"], return_inverse=True)
    folds = np.random.default_rng(seed).integers(0, FOLDS, len(images), dtype=np.int8)[groups]
    logits = np.zeros((0, len(images)), np.float16)
    if tags:
        chosen = _drawn(library, images, tags, decisions, np.random.default_rng(seed))
        with stage(listener, "refresh", 0, "steps") as progress:
            heads = _heads(library, files, tags, (images, rows, folds), chosen, progress.at)
        with stage(listener, "score", len(images), "images") as progress:
            logits = _scored(library, files, heads, rows, folds, progress.at)
    empty = np.zeros((len(images), 0))
    library.crossfit(name).save(
        Crossfit(
            images=images,
            tags=np.array(tags, np.int64),
            logits=logits,
            groups=groups.astype(np.int64),
            neighbours=empty.astype(np.int32),
            similarities=empty.astype(np.float16),
            decided=decided,
        )
    )
    return ChangeSet(summary={"version": name, "images": len(images), "tags": len(tags)})


def _living_rows(library: Library, files: ScanFiles) -> NDArray[np.int64]:
    """Rows of the images that are there, by image id."""
    latest = files.latest()
    ids = files.rows()["image"][latest]
    kept = np.isin(ids, library.images.askable_ids())
    return latest[kept][np.argsort(ids[kept])]


def _drawn(
    library: Library,
    images: NDArray[np.int64],
    tags: Sequence[int],
    decisions: Sequence[Decision],
    chance: np.random.Generator,
) -> NDArray[np.int64]:
    """Places in `images` to fit on: the answered ones, a random part, and more of each tag."""
    carriers = library.images.tag_rows().of(images).columns(tags)
    answered = np.array([decision.image_id for decision in decisions], np.int64)
    chosen = np.isin(images, answered)
    chosen[chance.permutation(len(images))[:FIT_IMAGES]] = True
    share = MORE_IMAGES // max(len(tags), 1)
    for column in range(len(tags)):
        mine = carriers.indices[carriers.indptr[column] : carriers.indptr[column + 1]]
        rest = mine[~chosen[mine]]
        lacking = POSITIVES - (len(mine) - len(rest))
        chosen[chance.permutation(rest)[: max(min(lacking, share), 0)]] = True
    return np.flatnonzero(chosen)


def _heads(
    library: Library,
    files: ScanFiles,
    tags: Sequence[int],
    places: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]],
    chosen: NDArray[np.int64],
    told: Callable[[int, int], None],
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """For each fold, weights (T, D) and biases (T,) fitted without it."""
    from model.crossfit import fold_heads
    from model.penalty import choose_penalty

    images, rows, folds = places
    labels = gather_labels(library, images[chosen], library.vocabulary())
    embeddings = files.embeddings_of(rows[chosen])
    matrix, held_out = label_matrix(labels, tags), folds[chosen]
    config = choose_penalty(embeddings, matrix, held_out)
    heads = fold_heads(embeddings, matrix, held_out, FOLDS, config, told)
    return [(of_fold.weight, of_fold.bias) for of_fold in heads]


def _scored(
    library: Library,
    files: ScanFiles,
    heads: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]],
    rows: NDArray[np.int64],
    folds: NDArray[np.int8],
    told: Callable[[int], None],
) -> NDArray[np.float16]:
    """(T, N) float16 scores out of sample, in an array file of the cache."""
    from model.mapped import map_file

    n_tags = len(heads[0][1])
    library.workspace.cache.mkdir(parents=True, exist_ok=True)
    place = library.workspace.cache / "heads.f16"
    with writing(place):
        logits, _ = map_file(place, np.float16, (n_tags, len(rows)))
    for start in range(0, len(rows), AT_ONCE):
        part = slice(start, min(start + AT_ONCE, len(rows)))
        x = files.embeddings_of(rows[part]).astype(np.float32)
        scores = np.empty((n_tags, len(x)), np.float16)
        for fold, (weight, bias) in enumerate(heads):
            mine = np.flatnonzero(folds[part] == fold)
            scores[:, mine] = weight @ x[mine].T + bias[:, None]
        logits[:, part] = scores
        told(part.stop)
    return logits
