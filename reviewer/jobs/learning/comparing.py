"""Two versions on the images that neither learnt from: how they do, and how sure that is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.held_out import held_out
from reviewer.core.quality.version_change import AnsweredPairs, Change, on_answers, over_tags
from reviewer.core.types import Answer
from reviewer.jobs.context import Listener, Stage, stage
from reviewer.jobs.labels import gather_labels, label_matrix
from reviewer.jobs.pictures import opener_in
from reviewer.jobs.scans.rescoring import embedded, embedded_by, scores_again
from reviewer.jobs.tagger_problems import tagger_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.predict import Predictor, ScanBatch
    from reviewer.jobs.labels import Labels
    from reviewer.store.library import Library

NO_WORSE = 0.005
"""A new version is promoted by itself if its mAP on the held-out part falls by no more than this:
the scatter of one training run."""
AUDITED = "audited AP"
"""Average precision on the audit's random sample, weighted to stand for the collection."""
FEWEST_AUDITED = 40
"""Answered pairs of the sample on held-out images, before they have a say."""
AUDIT_NO_WORSE = 0.03
"""A fall of the figure on the sample that so few pairs make by chance."""
ANSWERED = "Yes above No"
"""Share of the couples of an answered Yes and an answered No of its tag in which the Yes scores
higher. The version before was suspicious of most of these pairs, which favours the new one: a rise
proves little, a fall does."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on the same images and tags, against the labels as they are now.

    Attributes:
        images: Held-out images that were looked at.
        confirmed: Pairs among them that a person answered.
        audited: Pairs among them of the audit's random sample, answered.
        rows: (figure, before, after), all 0..1.
        tags: (tag, average precision before, after), best gain first.
        over_tags: The mAP with the interval of its change; `None` where it cannot be told.
        on_answers: `ANSWERED`, the same; `None` where too few pairs are answered.
    """

    images: int
    confirmed: int
    audited: int
    rows: tuple[tuple[str, float, float], ...]
    tags: tuple[tuple[str, float, float], ...]
    over_tags: Change | None = None
    on_answers: Change | None = None

    @property
    def gain(self) -> float:
        """By how much the mAP rose."""
        return self.rows[0][2] - self.rows[0][1]

    @property
    def is_no_worse(self) -> bool:
        """Whether the later version may take the place of the earlier one.

        Where the audit's sample has enough answers it has a say too: they are a person's, and not
        of the pairs that looked suspicious to the version before. So have other answers, where the
        later version orders them worse and chance does not account for it.
        """
        return not self.worse

    @property
    def worse(self) -> str:
        """Which figures fell by more than chance ("mAP 0.620 to 0.601"); empty if none did."""
        allowed = {self.rows[0][0]: NO_WORSE, AUDITED: AUDIT_NO_WORSE}
        if self.on_answers is not None and self.on_answers.surely_worse:
            allowed[ANSWERED] = 0.0
        return ", ".join(
            f"{name} {before:.3f} to {after:.3f}"
            for name, before, after in self.rows
            # Where no figure can be told, none is shown to be no worse.
            if name in allowed and not after - before >= -allowed[name]
        )

    @property
    def how_sure(self) -> str:
        """In sentences, how sure the change is and what it rests on."""
        said = []
        if self.over_tags is not None:
            said.append(f"{self.rows[0][0]} {_in_words(self.over_tags)}.")
        said.append(
            f"That is by the tags as they are, of which {self.confirmed:,} were answered: a "
            "version that repeats wrong tags looks better by them."
        )
        if self.on_answers is None:
            said.append("Too few are answered to compare by answers alone.")
        else:
            said.append(
                f"By the {self.on_answers.counted:,} answers alone the share of Yes above No "
                f"{_in_words(self.on_answers)}."
            )
        if self.audited < FEWEST_AUDITED:
            said.append(
                f"An audit tells more: {self.audited} of its pairs on these images are answered, "
                f"{FEWEST_AUDITED} are needed (reviewer audit)."
            )
        return " ".join(said)


def _in_words(change: Change) -> str:
    """A change with its interval ("rose by 0.016 (95 %: +0.003 to +0.029), more than chance")."""
    if change.low == change.change == change.high == 0:
        return "did not change"
    way = "rose" if change.change > 0 else "fell" if change.change < 0 else "changed"
    sure = "more than chance" if change.low > 0 or change.high < 0 else "which may be chance"
    by = f"{abs(change.change):.3f} (95 %: {change.low:+.3f} to {change.high:+.3f})"
    return f"{way} by {by}, {sure}"


def compare(
    library: Library, listener: Listener, before: str, after: str, *, device: str = "auto"
) -> Comparison:
    """Runs two versions over the held-out images.

    Raises:
        SourceError: The folder of the images is not there.
        UsageError: No image is held out, or the versions share no tag.
        TaggerError: A version cannot be loaded.
    """
    askable = library.images.askable()
    kept = np.flatnonzero(held_out([digest for _, _, digest in askable]))
    paths = [library.folder / askable[place][1] for place in kept]
    if not paths:
        raise UsageError("Too few images: none is held out, so versions cannot be compared.")
    from model.predict import Predictor

    with tagger_errors():
        old = Predictor.load(library.version_folder(before), device)
        new = Predictor.load(library.version_folder(after), device)
    shared = [tag for tag, _ in new.tags if tag in {known for known, _ in old.tags}]
    ids = library.tags.ids()
    labels = gather_labels(library, [askable[place][0] for place in kept], library.vocabulary())
    matrix = label_matrix(labels, [ids[tag] for tag in shared])
    # Every pair that is not unsure counts alike: a weight that differs from tag to tag, as in
    # training, would make the figures of two moments differ by themselves.
    targets, weights = matrix.rows(np.arange(len(kept)))
    counted = (weights > 0).astype(np.float32)
    with stage(listener, "compare", 2 * len(paths), "images") as progress:
        looked = _Looked(library, [askable[place][0] for place in kept], paths)
        pair = ((before, old), (after, new))
        scores = [looked.scores(name, version, shared, progress) for name, version in pair]
    known = {ids[tag] for tag in shared}
    confirmed = sum(len(known & set(answers)) for answers in labels.answers.values())
    audited = _audited(library, [askable[place][0] for place in kept], [ids[t] for t in shared])
    answered = _answered(labels, [ids[tag] for tag in shared], scores)
    return _comparison(scores, targets, counted, shared, confirmed, audited, answered)


def _answered(
    labels: Labels, tags: Sequence[int], scores: Sequence[NDArray[np.float32]]
) -> AnsweredPairs:
    """The pairs that are Yes or No by an answer, with the scores of both versions."""
    row_of = {image_id: row for row, image_id in enumerate(labels.images.tolist())}
    column_of = {tag_id: column for column, tag_id in enumerate(tags)}
    found = [
        (row_of[image_id], column_of[tag_id], answer is Answer.YES)
        for image_id, answers in labels.answers.items()
        for tag_id, answer in answers.items()
        if answer is not Answer.UNSURE and tag_id in column_of
    ]
    table = np.array(found, np.int64).reshape(-1, 3)
    rows, columns = table[:, 0], table[:, 1]
    before, after = (version[rows, columns] for version in scores)
    return AnsweredPairs(rows, columns, table[:, 2].astype(bool), before, after)


@dataclass(frozen=True)
class _Audited:
    """Pairs of the audit's sample on held-out images.

    Attributes:
        rows, columns: (n,) int64, places in the scores.
        truth: (n,) bool, whether a person saw the tag.
        weights: (n,) float64, for how many pairs of the collection each stands.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    truth: NDArray[np.bool_]
    weights: NDArray[np.float64]

    @property
    def is_enough(self) -> bool:
        """Whether a figure on it means anything."""
        return len(self.rows) >= FEWEST_AUDITED and bool(self.truth.any())

    def average_precision(self, scores: NDArray[np.float32]) -> float:
        """0..1, each pair with the weight of those it stands for."""
        from model.metrics import average_precision

        truth, weights = self.truth.astype(np.float32), self.weights.astype(np.float32)
        return average_precision(scores[self.rows, self.columns], truth, weights)


def _audited(library: Library, images: Sequence[int], tags: Sequence[int]) -> _Audited:
    audit = library.audits.current()
    given = library.audits.answers(audit) if audit is not None else []
    row_of = {image_id: row for row, image_id in enumerate(images)}
    column_of = {tag_id: column for column, tag_id in enumerate(tags)}
    drawn = Counter(entry.stratum for entry in given)
    found = [
        (
            row_of[entry.image_id],
            column_of[entry.tag_id],
            entry.answer is Answer.YES,
            audit.strata[entry.stratum].pairs / drawn[entry.stratum],
        )
        for entry in given
        if audit is not None
        and entry.answer is not Answer.UNSURE
        and entry.image_id in row_of
        and entry.tag_id in column_of
    ]
    rows, columns, truth, weights = zip(*found, strict=True) if found else ((), (), (), ())
    return _Audited(
        np.array(rows, np.int64),
        np.array(columns, np.int64),
        np.array(truth, bool),
        np.array(weights, np.float64),
    )


@dataclass(frozen=True)
class _Looked:
    """Images that versions are compared on.

    Attributes:
        library: The collection.
        images: (N,) ids.
        paths: (N,) their files.
    """

    library: Library
    images: Sequence[int]
    paths: Sequence[Path]

    def scores(
        self, name: str, predictor: Predictor, tags: Sequence[str], progress: Stage
    ) -> NDArray[np.float32]:
        """(N, T) scores of some tags: from stored embeddings, else from the files."""
        columns = {tag: column for column, (tag, _) in enumerate(predictor.tags)}
        kept = [columns[tag] for tag in tags]
        scores = np.zeros((len(self.paths), len(tags)), np.float32)
        left = np.ones(len(self.paths), bool)
        for batch in self._stored(name, predictor):
            scores[batch.indices] = batch.scores[:, kept]
            left[batch.indices] = False
            progress.advance(len(batch.indices))
        places = np.flatnonzero(left)
        paths = [self.paths[place] for place in places.tolist()]
        for batch in predictor.scan(paths, opener_in(self.library.folder)):
            scores[places[batch.indices]] = batch.scores[:, kept]
            progress.advance(len(batch.indices) + len(batch.failures))
        return scores

    def _stored(self, name: str, predictor: Predictor) -> Iterator[ScanBatch]:
        with tagger_errors():
            files = embedded_by(self.library, name)
        if files is None or files.shape.width != predictor.embedding_width:
            return
        known = dict(zip(*(part.tolist() for part in self.library.images.digests()), strict=True))
        digests = np.array([known.get(image_id, 0) for image_id in self.images], np.uint64)
        yield from scores_again(
            predictor, embedded(files), np.asarray(self.images, np.int64), digests
        )


def _comparison(
    scores: Sequence[NDArray[np.float32]],
    targets: NDArray[np.float32],
    counted: NDArray[np.float32],
    tags: Sequence[str],
    confirmed: int,
    audited: _Audited,
    answered: AnsweredPairs,
) -> Comparison:
    from model.metrics import evaluate

    old, new = (evaluate(version, targets, counted) for version in scores)
    rows: tuple[tuple[str, float, float], ...] = (
        ("mAP", old.map, new.map),
        ("micro P", old.micro.precision, new.micro.precision),
        ("micro R", old.micro.recall, new.micro.recall),
        ("micro F1", old.micro.f1, new.micro.f1),
        ("macro F1", old.macro.f1, new.macro.f1),
    )
    if audited.is_enough:
        before, after = (audited.average_precision(version) for version in scores)
        rows = (*rows, (AUDITED, before, after))
    gains = [
        (tag, float(a), float(b))
        for tag, a, b in zip(tags, old.average_precision, new.average_precision, strict=True)
        if not (np.isnan(a) or np.isnan(b))
    ]
    gains.sort(key=lambda entry: entry[1] - entry[2])
    sure = over_tags([gain[1] for gain in gains], [gain[2] for gain in gains])
    alone = on_answers(answered)
    if alone is not None:
        rows = (*rows, (ANSWERED, alone.before, alone.after))
    images, sampled = len(targets), len(audited.rows)
    return Comparison(images, confirmed, sampled, rows, tuple(gains), sure, alone)
