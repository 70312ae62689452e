"""Finds images whose rating is likely wrong, and makes questions of them: `reviewer ratings`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.choice import ChoiceRanking
from reviewer.core.choices.ratings import SCHEMES, TAGS, RatingIds
from reviewer.core.errors import UsageError
from reviewer.core.types import Category, ChangeSet
from reviewer.jobs.choices.learning import never_learnt, own_ratings
from reviewer.jobs.choices.rated import Rated, rated_images
from reviewer.jobs.context import stage
from reviewer.jobs.scans.there import scanned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from reviewer.jobs.choices.heads import ChoiceData
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

KIND = "ratings"
FLOOR = 0.01
"""Suspicion below which a rating is not asked about."""
LIMIT = 20_000
MOST_TAGS = 2000
FEWEST_IMAGES = 20
"""Images that a tag needs to say something of ratings."""
MOST_GROUPED = 400_000
"""Images among which near-duplicates are looked for; of more each stands alone."""
ENOUGH_ANSWERS = 50
"""Answers from which on suspicions follow what they said."""


@dataclass(frozen=True)
class RatingReport:
    """How well ratings can be told, and what follows.

    Attributes:
        version: Whose embeddings were used.
        counts: Images by rating, as corrected.
        agreed: Share of ratings that the heads, which did not see them, would have given.
        usual: Share that always naming the most frequent one would have met.
        confusion: Images by (rating in the metadata, likeliest rating), those that differ.
        expected: Wrong ratings that the suspicions add up to.
        questions: Of these asked, those without a rating included.
        unrated: Images without a rating.
        own: Of images that no version is trained on: how many, and the share of their ratings
            that the version's own output and the heads would have given; `None` without one.
    """

    version: str
    counts: Mapping[str, int]
    agreed: float
    usual: float
    confusion: Mapping[tuple[str, str], int]
    expected: float
    questions: int
    unrated: int
    own: tuple[int, float, float] | None = None

    def lines(self) -> list[str]:
        """The report in words."""
        shares = ", ".join(f"{name} {n:,}" for name, n in self.counts.items())
        lines = [
            f"Rated images: {shares}; without a rating: {self.unrated:,}.",
            (
                f"Told without having seen the rating: {self.agreed:.1%} as written (always the "
                f"most frequent one: {self.usual:.1%})."
            ),
        ]
        if self.own is not None:
            images, own, heads = self.own
            lines.append(
                f"On {images:,} images that {self.version} never learnt from, its own rating "
                f"output met {own:.1%}, the heads that rank {heads:.1%}."
            )
        pairs = sorted(self.confusion.items(), key=lambda item: -item[1])[:6]
        if pairs:
            told = ", ".join(f"{a} looks {b}: {n:,}" for (a, b), n in pairs)
            lines.append(f"Where they differ: {told}.")
        lines.append(
            f"Likely wrong: about {self.expected:,.0f}; {self.questions:,} questions are ready."
        )
        return lines


def rank_ratings(library: Library, listener: Listener, *, seed: int = 0) -> RatingReport:
    """Fits rating heads, out of sample, and keeps the questions, the most doubtful first.

    Args:
        library: The collection, scanned.
        listener: Hears of progress.
        seed: Of folds.

    Raises:
        UsageError: Nothing is scanned, or too few images have a rating.
        StoreError: It cannot be written.
    """
    from reviewer.jobs.choices.heads import out_of_sample, share_wrong, without_noise

    name, files = scanned(library)
    decided = library.decisions.last_id()
    rated = rated_images(library, files)
    data = _data(library, files, rated)
    with stage(listener, KIND, 0, "folds") as progress:
        try:
            written = out_of_sample(data, seed=seed, told=progress.at)
        except ValueError as error:
            raise UsageError(
                "Too few images have a rating: two ratings need to be on 10 scanned images each. "
                "Ratings come with the metadata of Danbooru, e621, Moebooru, Gelbooru and "
                "szurubooru, in a column `rating` of tags.csv, or as tags such as rating:safe."
            ) from error
    written = _within_scheme(written, rated.schemes)
    told = rated.original >= 0
    wrong = share_wrong(written[told], rated.original[told])
    true = without_noise(written, rated.original, wrong)
    suspicions = _suspicions(true, rated)
    ranking = _questions(library, name, decided, rated, true, suspicions)
    library.choices(KIND).save(ranking)
    report = _report(name, rated, written, suspicions, len(ranking))
    return replace(report, own=_own(library, files, rated, written))


def _own(
    library: Library, files: ScanFiles, rated: Rated, written: NDArray[np.float32]
) -> tuple[int, float, float] | None:
    """How the version's own rating output does on images that no version is trained on."""
    places = never_learnt(library, rated)
    active = library.versions.active()
    if not len(places) or active is None:
        return None
    own = own_ratings(library, active.name, files, rated.rows[places])
    if own is None:
        return None
    said = _within_scheme(own, rated.schemes[places]).argmax(axis=1)
    heads, wanted = written[places].argmax(axis=1), rated.original[places]
    return len(places), float((said == wanted).mean()), float((heads == wanted).mean())


@dataclass(frozen=True)
class _Looks:
    """Embeddings by place among the rated images, read from the scan as they are asked for."""

    files: ScanFiles
    rows: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, D) float32 of some images."""
        return np.asarray(self.files.embeddings()[self.rows[rows]], np.float32)


def refresh_ratings(library: Library, listener: Listener) -> None:
    """Fits the rating heads again, where they are in use and something changed since.

    That is: another version is in use, or so many ratings were answered as change them.

    Raises:
        StoreError: It cannot be written.
    """
    files = library.choices(KIND)
    active = library.versions.active()
    if not files.stamp() or active is None:
        return
    before = files.load()
    ids = RatingIds.among(library.tags.ids_of(TAGS)).ids
    since = sum(d.id > before.decided and d.tag_id in ids for d in library.decisions.live())
    if before.version != active.name or since >= ENOUGH_ANSWERS:
        rank_ratings(library, listener)


def _data(library: Library, files: ScanFiles, rated: Rated) -> ChoiceData:
    from model.split import group_duplicates
    from reviewer.jobs.choices.heads import ChoiceData

    tags = library.images.tag_rows().of(rated.images)
    counts = tags.counts()
    for tag_id in RatingIds.among(library.tags.ids_of(TAGS)).ids:
        counts[tag_id : tag_id + 1] = 0
    often = np.argsort(-counts)[:MOST_TAGS]
    used = np.sort(often[counts[often] >= FEWEST_IMAGES])
    groups = (
        group_duplicates(files.rows()["hash"][rated.rows])
        if len(rated.rows) <= MOST_GROUPED
        else np.arange(len(rated.rows))
    )
    return ChoiceData(
        _Looks(files, rated.rows),
        tags.columns(used).tocsr().astype(np.float32),
        rated.now,
        groups,
        len(TAGS),
    )


def _within_scheme(
    probabilities: NDArray[np.float32], schemes: NDArray[np.str_]
) -> NDArray[np.float32]:
    """Probabilities of the ratings that each image's scheme has; the others are 0."""
    allowed = np.zeros_like(probabilities)
    for scheme, words in SCHEMES.items():
        columns = [TAGS.index(f"rating:{word}") for word in words]
        allowed[np.ix_(schemes == scheme, columns)] = 1
    kept = np.maximum(probabilities, 1e-6) * allowed
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), np.float32)


def _suspicions(true: NDArray[np.float32], rated: Rated) -> NDArray[np.float32]:
    """(N,) chance that a rating is wrong, brought in line with what the answers said."""
    told = rated.original >= 0
    raw = np.ones(len(true), np.float32)
    raw[told] = 1 - true[np.flatnonzero(told), rated.original[told]]
    learn = told & rated.answered & (rated.now >= 0)
    changed = rated.now[learn] != rated.original[learn]
    if learn.sum() < ENOUGH_ANSWERS or changed.all() or not changed.any():
        return raw
    from sklearn.linear_model import LogisticRegression

    odds = _log_odds(raw)[:, None]
    head = LogisticRegression(C=1.0).fit(odds[learn], changed)
    if head.coef_[0, 0] <= 0:
        return raw
    raw[told] = head.predict_proba(odds[told])[:, 1]
    return raw


def _log_odds(shares: NDArray[np.float32]) -> NDArray[np.float64]:
    inside = np.clip(shares.astype(np.float64), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)))


def _questions(
    library: Library,
    version: str,
    decided: int,
    rated: Rated,
    true: NDArray[np.float32],
    suspicions: NDArray[np.float32],
) -> ChoiceRanking:
    """The open questions: rated images by suspicion, then those without a rating."""
    used = {
        f"rating:{word}"
        for scheme in np.unique(rated.schemes).tolist()
        for word in SCHEMES.get(scheme, ())
    }
    ids = library.tags.add(dict.fromkeys(sorted(used), Category.META))
    tag_ids = np.array([ids.get(name, -1) for name in TAGS], np.int64)
    told = rated.original >= 0
    open_rows = ~rated.answered & (~told | (suspicions >= FLOOR))
    order = np.flatnonzero(open_rows)
    order = order[np.lexsort((-suspicions[order], ~told[order]))][:LIMIT]
    most = max(len(words) for words in SCHEMES.values())
    tags = np.full((len(order), most), -1, np.int64)
    probabilities = np.zeros((len(order), most), np.float32)
    for scheme, words in SCHEMES.items():
        rows = np.flatnonzero(rated.schemes[order] == scheme)
        columns = [TAGS.index(f"rating:{word}") for word in words]
        tags[rows, : len(words)] = tag_ids[columns]
        probabilities[rows, : len(words)] = true[order[rows]][:, columns]
    current = np.where(rated.now[order] >= 0, tag_ids[rated.now[order]], -1)
    shown = np.where(told[order], suspicions[order], probabilities.max(axis=1, initial=0.0))
    return ChoiceRanking(
        images=rated.images[order],
        tags=tags,
        probabilities=probabilities,
        current=current,
        suspicions=shown.astype(np.float32),
        version=version,
        decided=decided,
    )


def _report(
    version: str,
    rated: Rated,
    written: NDArray[np.float32],
    suspicions: NDArray[np.float32],
    questions: int,
) -> RatingReport:
    told = rated.original >= 0
    original, best = rated.original[told], written[told].argmax(axis=1)
    counts = np.bincount(rated.now[rated.now >= 0], minlength=len(TAGS))
    differ = original != best
    pairs: dict[tuple[str, str], int] = {}
    for a, b in zip(original[differ].tolist(), best[differ].tolist(), strict=True):
        key = (_word(a), _word(b))
        pairs[key] = pairs.get(key, 0) + 1
    waiting = told & ~rated.answered
    return RatingReport(
        version=version,
        counts={_word(k): int(n) for k, n in enumerate(counts.tolist()) if n},
        agreed=float((~differ).mean()),
        usual=float(np.bincount(original).max() / len(original)),
        confusion=pairs,
        expected=float(suspicions[waiting].sum()),
        questions=questions,
        unrated=int((~told).sum()),
    )


def changes_of(report: RatingReport) -> ChangeSet:
    """What ranking the ratings changed, with its figures."""
    return ChangeSet(
        tags=True,
        summary={
            "questions": report.questions,
            "agreed": round(report.agreed, 4),
            "usual": round(report.usual, 4),
            "expected_wrong": round(report.expected, 1),
            "unrated": report.unrated,
        },
    )


def _word(place: int) -> str:
    return TAGS[place].removeprefix("rating:")
