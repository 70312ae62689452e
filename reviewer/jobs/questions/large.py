"""Ranking of a collection whose every pair cannot have a score of its own heads.

Tags that have answers are judged by heads of their own (`large_refresh`), every other tag by the
scan. After new answers only their tags are ranked again, and those whose heads are newer: a pass
over the whole scan is made once a scan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.queues import Ranking
from reviewer.core.ranking.evidence import Answers
from reviewer.core.ranking.rank import RankOptions, rank_again
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.questions.doubted import both_doubted, doubted_questions
from reviewer.jobs.questions.every_tag import every_tag_scan, made_at
from reviewer.jobs.questions.streamed import StreamedScan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.types import Decision
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

SCAN = "ranked_scan"
HEADS = "ranked_heads"
"""Keys of the store's state: what the present ranking was made of."""

LARGE_PAIRS = 2_000_000_000
"""Images times tags from which on a score of its own for every pair, two bytes each, is too much
for the memory and the time of a refresh."""


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
    with stage(listener, "load"):
        scan = StreamedScan.of(library, files, vocabulary, minimum, options)
        scan = replace(scan, answers=Answers.among(decisions, scan.images, files.shape.tags))
    before = library.rankings.load()
    state = f"{name} {len(files)} {options.order} {options.limit} {options.floor}{made}"
    whole = library.state.get(SCAN) != state or before.version != name
    newest, fresh = _newer_heads(library, scan, before.decided)
    only = None if whole else _columns_since(decisions, before.decided, scan, fresh)
    if only is not None and not only:
        return replace(before, decided=decided)
    found = []
    if whole:
        with stage(listener, "rank", len(files), "images") as progress:
            found += scan.passed(progress.at)
    columns = scan.single_columns() if only is None else only
    with stage(listener, "rank tags", len(columns), "tags") as progress:
        found.append(scan.by_tag(columns, progress.at))
    with stage(listener, "order"):
        candidates = scan.joined(found)
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
        doubted=doubted_questions(library, candidates, scan.answers, scan.images, tags),
    )
    library.state.set(SCAN, state)
    library.state.set(HEADS, str(newest))
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
        doubted=both_doubted(before.doubted, new.doubted, tags),
    )


def _newer_heads(library: Library, scan: StreamedScan, decided: int) -> tuple[int, set[int]]:
    """When the newest heads were fitted, and the tags with heads newer than the ranking."""
    fit = scan.crossfit
    if fit is None or not len(fit.tags):
        return 0, set()
    if fit.fitted is None:
        return 0, set(fit.tags.tolist()) if fit.decided > decided else set()
    newer = fit.fitted > int(library.state.get(HEADS) or 0)
    return int(fit.fitted.max()), set(fit.tags[newer].tolist())


def _columns_since(
    decisions: Sequence[Decision], decided: int, scan: StreamedScan, fresh: set[int]
) -> list[int]:
    """Columns with answers since a decision, and those of tags with newer heads."""
    tags = {decision.tag_id for decision in decisions if decision.id > decided} | fresh
    known = [tag_id for tag_id in sorted(tags) if tag_id < len(scan.columns)]
    return [int(scan.columns[tag_id]) for tag_id in known if scan.columns[tag_id] >= 0]
