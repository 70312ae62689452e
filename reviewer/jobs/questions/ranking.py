"""From scores, tags and answers to the queues that the window asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.held_out import held_out
from reviewer.core.lookup import carriers, carries
from reviewer.core.queues import Ranking
from reviewer.core.ranking.candidates import Scope
from reviewer.core.ranking.evidence import BY_TAGS_WEIGHT, Answers
from reviewer.core.ranking.neighbours import NeighbourGraph
from reviewer.core.ranking.pace import Pace, measured_pace
from reviewer.core.ranking.rank import prepare, rank_again
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import Labels, gather_labels
from reviewer.jobs.proposals.kept_out import kept_out_questions
from reviewer.jobs.questions.blank_images import blank_images
from reviewer.jobs.questions.doubted import doubted_questions
from reviewer.jobs.questions.kin import kin_of
from reviewer.jobs.questions.large import is_large, rank_large
from reviewer.jobs.questions.options import rank_options
from reviewer.jobs.scans.there import scanned

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

    from reviewer.core.ranking.evidence import Evidence
    from reviewer.core.ranking.rank import RankOptions
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Decision
    from reviewer.store.crossfits import Crossfit
    from reviewer.store.library import Library


class Frame(Protocol):
    """The images and tags that a ranking is about, in the order of its rows and columns."""

    @property
    def images(self) -> NDArray[np.int64]:
        """(N,) image ids, ascending."""

    @property
    def tags(self) -> NDArray[np.int64]:
        """(T,) tag ids."""


@dataclass(frozen=True)
class StoredEvidence:
    """The ranking's view of what the store holds, one tag at a time."""

    crossfit: Crossfit
    tags: sparse.csc_matrix

    @property
    def n_images(self) -> int:
        """Number of rows."""
        return len(self.crossfit.images)

    @property
    def n_tags(self) -> int:
        """Number of columns."""
        return len(self.crossfit.tags)

    @cached_property
    def neighbours(self) -> NeighbourGraph:
        """The nearest images of each image."""
        return NeighbourGraph(
            np.asarray(self.crossfit.neighbours), np.asarray(self.crossfit.similarities)
        )

    def score(self, tag: int) -> NDArray[np.float32]:
        """(N,) out-of-sample logits of a tag column."""
        return np.asarray(self.crossfit.logits[tag], np.float32)

    def present(self, tag: int) -> NDArray[np.bool_]:
        """(N,) whether the original tags hold the tag."""
        return carries(self.tags, tag)


def rank_questions(
    library: Library,
    listener: Listener,
    *,
    options: RankOptions | None = None,
    held_out_only: bool = False,
) -> ChangeSet:
    """Ranks every pair that may be asked and makes the result the present ranking.

    Args:
        library: The collection.
        listener: Hears of progress.
        options: How to rank; as was said last for the collection where it is `None`.
        held_out_only: Ask only about images that no version is trained on: the precision of
            proposals and the comparison of versions rest on them.

    Raises:
        UsageError: There are no out-of-sample scores yet, or the collection is too large for
            `held_out_only`.
        StoreFullError: The disk is full; the ranking before stays.
    """
    name, files = scanned(library)
    if is_large(files):
        if held_out_only:
            raise UsageError(
                "A collection of this size is ranked in one pass over all images. Leave out "
                "--held-out."
            )
        ranking = rank_large(library, listener, name, files, options or rank_options(library))
        return keep_ranking(library, listener, ranking)
    crossfit = library.crossfit(name).load()
    if crossfit is None:
        raise UsageError("There are no out-of-sample scores yet. Make them with: reviewer refresh")
    only = _never_learnt(library, crossfit.images) if held_out_only else None
    labels = gather_labels(library, crossfit.images, library.vocabulary())
    evidence = StoredEvidence(crossfit, labels.original.columns(crossfit.tags.tolist()))
    ranking = rank_evidence(
        library,
        listener,
        evidence,
        labels,
        crossfit,
        Scope(groups=np.asarray(crossfit.groups), only=only),
        options=options,
    )
    apart = kept_out_questions(library, name, files, crossfit, ranking)
    return keep_ranking(library, listener, replace(ranking, version=name, apart=apart))


def _never_learnt(library: Library, images: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(N,) images that no version is trained on."""
    digests = {image_id: digest for image_id, _, digest in library.images.askable()}
    return held_out([digests.get(image_id) or b"\xff" for image_id in images.tolist()])


def rank_evidence(
    library: Library,
    listener: Listener,
    evidence: Evidence,
    labels: Labels,
    frame: Frame,
    scope: Scope,
    *,
    options: RankOptions | None = None,
    by_tags: float = BY_TAGS_WEIGHT,
) -> Ranking:
    """Ranks what some evidence says, with all that the store knows besides.

    Args:
        library: The collection.
        listener: Hears of progress.
        evidence: Scores and tags, by the rows and columns of the frame.
        labels: Of the frame's images.
        frame: What the rows and columns are.
        scope: Which images are asked about, and which are near-duplicates; what the store knows
            beside that is added.
        options: How to rank; as was said last for the collection where it is `None`.
        by_tags: What an answer to a question that the tags alone asked says, 0..1.

    Returns:
        The ranking; it names no version.
    """
    vocabulary = library.vocabulary()
    settled = _Settled(labels, frame, vocabulary)
    decisions = list(library.decisions.live())
    chosen = options or rank_options(library)
    answers = Answers.among(decisions, frame.images, frame.tags.tolist(), by_tags)
    chosen = replace(chosen, pace=chosen.pace or _pace(decisions, frame))
    with stage(listener, "rank", 2 * evidence.n_tags, "tags") as progress:
        candidates = prepare(
            evidence,
            answers,
            chosen,
            replace(
                scope,
                implied=settled.pairs,
                trust=labels.shares,
                blank=blank_images(library, frame.images),
                kin=kin_of(library, labels, vocabulary),
            ),
            report=lambda *_: progress.advance(),
        )
        queues = rank_again(candidates, answers, chosen)
    return Ranking(
        tags=frame.tags[queues.queue_tag].astype(np.int64),
        offsets=queues.offsets,
        images=frame.images[queues.row].astype(np.int64),
        sides=queues.side,
        scores=queues.score,
        suspicions=queues.suspicion,
        priorities=queues.priority,
        spreads=queues.spread,
        version="",
        decided=labels.decided,
        doubted=doubted_questions(library, candidates, answers, frame.images, frame.tags),
    )


def keep_ranking(library: Library, listener: Listener, ranking: Ranking) -> ChangeSet:
    """Makes a ranking the present one and tells of it."""
    library.rankings.save(ranking)
    expected = float(np.sum(ranking.suspicions, dtype=np.float64))
    unproven = "" if ranking.proven else " (a guess, mostly too high before some 2,000 answers)"
    listener.note(
        f"{len(ranking):,} questions in {len(ranking.tags):,} queues; about {expected:,.0f} "
        f"errors are expected among them{unproven}."
    )
    return ChangeSet(
        ranking=True,
        summary={
            "questions": len(ranking),
            "queues": len(ranking.tags),
            "expected_errors": round(expected, 1),
        },
    )


def _pace(decisions: list[Decision], frame: Frame) -> Pace:
    """How long the answers took, by the ranking's tags."""
    columns = {tag_id: column for column, tag_id in enumerate(frame.tags.tolist())}
    known = [(columns[d.tag_id], d.elapsed_ms) for d in decisions if d.tag_id in columns]
    table = np.array(known, np.int64).reshape(-1, 2)
    return measured_pace(table[:, 0], table[:, 1], len(columns))


class _Settled:
    """Pairs that need no question: answered, or following from tags and answers."""

    def __init__(self, labels: Labels, frame: Frame, vocabulary: Vocabulary) -> None:
        self._frame = frame
        self._implications = vocabulary.implications
        places = {image_id: place for place, image_id in enumerate(labels.images.tolist())}
        self._answered: dict[int, list[int]] = {}
        for image_id, answers in labels.answers.items():
            for tag_id in answers:
                self._answered.setdefault(tag_id, []).append(places[image_id])
        children = sorted(
            {
                child
                for tag_id in frame.tags.tolist()
                for child in vocabulary.implications.descendants(tag_id)
            }
        )
        self._columns = {tag_id: column for column, tag_id in enumerate(children)}
        self._children = labels.original.columns(children)

    def pairs(self, column: int) -> NDArray[np.bool_]:
        """(N,) images that must not be asked about a tag column."""
        tag_id = int(self._frame.tags[column])
        known = np.zeros(len(self._frame.images), bool)
        known[self._answered.get(tag_id, [])] = True
        # A tag that another one implies is there in effect, whether it is written or not.
        for child in self._implications.descendants(tag_id):
            known[carriers(self._children, self._columns[child])] = True
        return known
