"""Predicts the score that a site's users gave an image, from its tags and from what it looks like.

After A. Lamson, "Predicting User Ratings for Anime-Style Images" (Safebooru, 583,291 samples): all
images with other scores than 0 and 1 and a set number of those two; binary vectors of the most
frequent tags; 80/10/10; PCA with least squares (mean absolute error 0.754 there), a decision tree
(0.768). Beside them the constant, gradient boosting, and what the tagger's embeddings know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import gather_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from scipy import sparse
    from sklearn.tree import DecisionTreeRegressor

    from reviewer.store.library import Library

    Floats = NDArray[np.float64]

SEED = 7
"""Of the sample and its parts."""

MOST_TAGS = 1000
FEWEST_IMAGES = 100
LEFT_OUT = frozenset({"tagme"})
"""Tags of images that are hardly tagged."""
COMMON_SCORES = (0, 1)
EACH_COMMON = 20_000
"""Images that are expected to be sampled of each common score."""
COMPONENTS = 100
BOOSTED_TAGS = 200
"""Tags that gradient boosting is given, those that go most with the score: it needs them dense."""
TREE_DEPTH, TREE_SPLIT, TREE_LEAF = 4, 10_000, 5_000
"""Of the document's tree; for fewer samples the last two shrink in proportion."""
DOCUMENT_SAMPLES = 583_291
FEWEST_SAMPLES = 200
SHOWN = 20


@dataclass(frozen=True)
class ScoreData:
    """Images with scores.

    Attributes:
        images: (N,) int64 image ids.
        scores: (N,) float64.
        tags: (N, T) sparse float32, 1 where the image has the tag.
        names: Of the T tags.
        embeddings: (N, D) float32 of the tagger in use; `None` without a scan.
        histogram: (score, images) of all images, sampled or not.
    """

    images: NDArray[np.int64]
    scores: Floats
    tags: sparse.csr_matrix
    names: tuple[str, ...]
    embeddings: NDArray[np.float32] | None
    histogram: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ModelError:
    """How far off a way to predict is, in points of score.

    Attributes:
        validation, test: Mean absolute errors on the parts that were not learnt from.
    """

    name: str
    validation: float
    test: float


@dataclass(frozen=True)
class ScoreReport:
    """What scores and tags have to do with each other.

    Attributes:
        samples: Images that were sampled.
        errors: One line a model, in the order of the document, then ours.
        best: Name of the model with the smallest error in validation.
        tree: The fitted decision tree.
        with_score: (tag, correlation) with the score, strongest first.
        with_tag: The same with `1girl` and `1boy`, where the collection has them.
        under_rated: (image id, score, predicted), the largest gap first, test images only.
        histogram: (score, images) of the whole collection.
    """

    samples: int
    errors: tuple[ModelError, ...]
    best: str
    tree: DecisionTreeRegressor
    names: tuple[str, ...]
    with_score: tuple[tuple[str, float], ...]
    with_tag: dict[str, tuple[tuple[str, float], ...]]
    under_rated: tuple[tuple[int, float, float], ...]
    histogram: tuple[tuple[int, int], ...]


def score_data(library: Library, *, each_common: int = EACH_COMMON) -> ScoreData:
    """Samples the images of a collection that have scores, with the tags as they are corrected.

    Args:
        library: The collection.
        each_common: Images wanted of score 0 and of score 1; all others are taken.

    Raises:
        UsageError: Too few images have scores.
    """
    scored = library.facts.scores()
    if len(scored) < FEWEST_SAMPLES:
        raise UsageError(
            f"Only {len(scored):,} images have a score; at least {FEWEST_SAMPLES} are needed. "
            "Scores come with the posts of a site (Danbooru20xx, gallery-dl, saved API answers)."
        )
    ids = np.array([image_id for image_id, _ in scored], np.int64)
    scores = np.array([score for _, score in scored], np.float64)
    kept = np.ones(len(ids), bool)
    rng = np.random.default_rng(SEED)
    for common in COMMON_SCORES:
        mine = scores == common
        kept[mine] = rng.random(int(mine.sum())) < each_common / max(int(mine.sum()), 1)
    values, counts = np.unique(scores, return_counts=True)
    histogram = tuple((int(v), int(c)) for v, c in zip(values, counts, strict=True))
    vocabulary = library.vocabulary()
    labels = gather_labels(library, ids[kept], vocabulary)
    frequent = labels.original.counts()
    chosen = [
        tag_id
        for tag_id in np.argsort(-frequent, kind="stable").tolist()
        if frequent[tag_id] >= min(FEWEST_IMAGES, int(kept.sum()) // 20)
        and vocabulary.name(tag_id) not in LEFT_OUT
    ][:MOST_TAGS]
    return ScoreData(
        images=ids[kept],
        scores=scores[kept],
        tags=labels.original.columns(chosen).astype(np.float32).tocsr(),
        names=tuple(vocabulary.name(tag_id) for tag_id in chosen),
        embeddings=_embeddings(library, ids[kept]),
        histogram=histogram,
    )


def _embeddings(library: Library, images: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """(N, D) of the version in use; `None` unless all these images are scanned."""
    active = library.versions.active()
    files = library.scan(active.name) if active is not None else None
    if files is None or not len(files):
        return None
    rows = files.latest()
    row_of = dict(zip(files.rows()["image"][rows].tolist(), rows.tolist(), strict=True))
    if not all(image in row_of for image in images.tolist()):
        return None
    places = np.array([row_of[image] for image in images.tolist()])
    return np.asarray(files.embeddings()[places], np.float32)


def score_report(data: ScoreData, listener: Listener) -> ScoreReport:
    """Fits every model on the same 80 % and compares them on the same 10 % and 10 %.

    Args:
        data: The sample.
        listener: Hears of progress.
    """
    order = np.random.default_rng(SEED).permutation(len(data.scores))
    learnt, validated, tested = np.split(order, [int(len(order) * 0.8), int(len(order) * 0.9)])
    models = _models(data, learnt)
    errors, predicted = [], {}
    with stage(listener, "scores", len(models), "models") as progress:
        for name, (features, model) in models.items():
            model.fit(features[learnt], data.scores[learnt])
            predicted[name] = np.asarray(model.predict(features[tested]))
            errors.append(
                ModelError(
                    name,
                    _error(data.scores[validated], model.predict(features[validated])),
                    _error(data.scores[tested], predicted[name]),
                )
            )
            progress.advance()
    best = min(errors, key=lambda entry: entry.validation).name
    gaps = predicted[best] - data.scores[tested]
    worst = np.argsort(-gaps)[:SHOWN]
    return ScoreReport(
        samples=len(data.scores),
        errors=tuple(errors),
        best=best,
        tree=models[TREE][1],
        names=data.names,
        with_score=correlations(data.tags, data.scores, data.names),
        with_tag={
            name: correlations(data.tags, _column(data.tags, data.names.index(name)), data.names)
            for name in ("1girl", "1boy")
            if name in data.names
        },
        under_rated=tuple(
            (int(data.images[tested[n]]), float(data.scores[tested[n]]), float(predicted[best][n]))
            for n in worst
            if gaps[n] > 0
        ),
        histogram=data.histogram,
    )


def _error(scores: Floats, said: Floats) -> float:
    """Mean absolute error."""
    return float(np.abs(scores - said).mean())


TREE = "decision tree on tags"

Features = Any
"""A sparse matrix or an array, one row an image."""


def _models(data: ScoreData, learnt: NDArray[np.int64]) -> dict[str, tuple[Features, Any]]:
    """Every way to predict, with what it is given."""
    # They take longer to load than most commands take, whose help names this one.
    from sklearn.decomposition import PCA
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import LinearRegression, RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeRegressor

    share = len(learnt) / DOCUMENT_SAMPLES
    tree = DecisionTreeRegressor(
        max_depth=TREE_DEPTH,
        min_samples_split=max(round(TREE_SPLIT * share), 4),
        min_samples_leaf=max(round(TREE_LEAF * share), 2),
        random_state=0,
    )
    told = np.abs(correlation(data.tags[learnt], data.scores[learnt]))
    telling = np.argsort(-told)[:BOOSTED_TAGS]
    # A byte each: the booster makes eight of each by itself, and everything else is beside them.
    dense = data.tags[:, telling].astype(np.uint8).toarray()
    components = min(COMPONENTS, len(data.names) - 1)
    models: dict[str, tuple[Features, Any]] = {
        "the constant": (data.tags, DummyRegressor(strategy="median")),
        "PCA and least squares on tags": (
            data.tags,
            make_pipeline(
                PCA(components, svd_solver="arpack", random_state=0),
                LinearRegression(copy_X=False),
            ),
        ),
        TREE: (data.tags, tree),
        "gradient boosting on tags": (
            dense,
            # Stopping early holds a part back, and with it a second copy of all that is learnt.
            HistGradientBoostingRegressor(
                loss="absolute_error", early_stopping=False, random_state=0
            ),
        ),
    }
    if data.embeddings is not None:
        ridge: Callable[[], Any] = lambda: make_pipeline(  # noqa: E731 - two of the same
            StandardScaler(), RidgeCV(np.logspace(0, 4, 9))
        )
        models["ridge on embeddings"] = (data.embeddings, ridge())
        both = np.hstack([data.embeddings, dense])
        models["ridge on embeddings and tags"] = (both, ridge())
    return models


def correlations(
    tags: sparse.csr_matrix, values: Floats, names: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """(tag, correlation) of the tags that go most with or against a value, strongest first."""
    found = correlation(tags, values)
    order = [n for n in np.argsort(-np.abs(found)).tolist() if abs(found[n]) < 1 - 1e-9]
    return tuple((names[n], float(found[n])) for n in order[:SHOWN])


def correlation(tags: sparse.csr_matrix, values: Floats) -> Floats:
    """(T,) Pearson correlations of binary columns with a value; 0 for one that never varies."""
    count = len(values)
    # float32 sums of many ones lose digits.
    share = np.asarray(tags.sum(axis=0, dtype=np.float64)).ravel() / count
    together = np.asarray(tags.T @ values).ravel() / count - share * values.mean()
    scatter = np.sqrt(share * (1 - share)) * values.std()
    found: Floats = np.divide(together, scatter, out=np.zeros(len(share)), where=scatter > 0)
    return found


def _column(tags: sparse.csr_matrix, place: int) -> Floats:
    return np.asarray(tags[:, place].todense(), np.float64).ravel()
