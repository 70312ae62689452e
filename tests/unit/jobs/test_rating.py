"""Ratings: planted errors are found, answers are learnt from, both schemes and tags are read."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.choices.heads import share_wrong, without_noise
from reviewer.jobs.choices.rating import KIND, rank_ratings
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.recipes import held_out
from reviewer.jobs.learning.training import TrainChoices, train_version
from reviewer.jobs.scans.scanning import scan

if TYPE_CHECKING:
    from reviewer.store.library import Library

    Shapes = tuple[Library, dict[str, frozenset[str]]]


def plant(shapes: Shapes, *, as_tags: bool = False, scheme: str = "gsqe") -> set[str]:
    """Rates red shapes explicit and blue ones general (or safe), a tenth of them the other way."""
    library, truth = shapes
    rng = random.Random(8)
    mild = "general" if scheme == "gsqe" else "safe"
    wrong, lines = set(), []
    stored = {
        image.path: sorted(library.vocabulary().name(tag) for tag in tags)
        for image, tags in library.images.rows()
    }
    for name, tags in stored.items():
        rating = "explicit" if "red" in truth[name] else mild
        if rng.random() < 0.1:
            wrong.add(name)
            rating = mild if rating == "explicit" else "explicit"
        if as_tags:
            lines.append(f"{name},{' '.join([*tags, f'rating:{rating}'])}")
        else:
            lines.append(f"{name},{' '.join(tags)},{rating}")
    header = "relative_path,tags" + ("" if as_tags else ",rating")
    (library.folder / "tags.csv").write_text("\n".join([header, *lines]) + "\n")
    import_folder(library, Silent())
    return wrong


def first(library: Library, count: int) -> list[str]:
    images = library.choices(KIND).load().images[:count].tolist()
    return [library.images.get(image).path for image in images]


@pytest.mark.parametrize("as_tags", [False, True])
@pytest.mark.parametrize("scheme", ["gsqe", "sqe"])
def test_planted_errors_come_first(shapes: Shapes, scheme: str, as_tags: bool) -> None:
    library, _ = shapes
    wrong = plant(shapes, as_tags=as_tags, scheme=scheme)
    report = rank_ratings(library, Silent())
    found = len(wrong & set(first(library, len(wrong))))
    # A tenth would be found by chance.
    assert found >= 0.7 * len(wrong), (found, len(wrong))
    assert report.expected == pytest.approx(len(wrong), rel=0.6)
    assert report.agreed > report.usual
    ranking = library.choices(KIND).load()
    names = [library.vocabulary().name(tag) for tag in ranking.tag_ids(0)]
    words = ["general", "sensitive"] if scheme == "gsqe" else ["safe"]
    assert names == [f"rating:{word}" for word in [*words, "questionable", "explicit"]]
    assert np.all(np.diff(ranking.suspicions) <= 1e-6)
    assert ranking.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_answered_images_are_not_asked_again_and_count_as_corrected(shapes: Shapes) -> None:
    library, _ = shapes
    plant(shapes)
    before = rank_ratings(library, Silent())
    question = library.choices(KIND).load().question(0, frozenset())
    assert question.current is not None
    other = next(c.tag_id for c in question.choices if c.tag_id != question.current)
    step = [(other, Answer.YES, Side.MISSING), (question.current, Answer.NO, Side.WRONG)]
    library.decisions.append(
        [
            Decision(
                question.image_id, tag, answer, side, 0.5, 0.5, "v1", "me", 1, origin=Origin.CHOICE
            )
            for tag, answer, side in step
        ]
    )
    after = rank_ratings(library, Silent())
    assert question.image_id not in library.choices(KIND).load().images
    assert library.choices(KIND).stamp() == 2
    changed = {word for word in before.counts if before.counts[word] != after.counts.get(word, 0)}
    assert changed
    library.decisions.undo_last("me")
    rank_ratings(library, Silent())
    assert question.image_id in library.choices(KIND).load().images


def test_images_without_a_rating_are_asked_last(shapes: Shapes) -> None:
    library, _ = shapes
    plant(shapes)
    path = library.folder / "tags.csv"
    lines = path.read_text().splitlines()
    lines[1:11] = [line.rpartition(",")[0] + "," for line in lines[1:11]]
    path.write_text("\n".join(lines) + "\n")
    import_folder(library, Silent())
    report = rank_ratings(library, Silent())
    ranking = library.choices(KIND).load()
    assert report.unrated == 10
    assert set(ranking.current[-10:].tolist()) == {-1}
    assert not (ranking.current[:-10] == -1).any()


def test_a_version_trained_on_ratings_tells_them_itself(shapes: Shapes) -> None:
    library, _ = shapes
    plant(shapes)
    assert rank_ratings(library, Silent()).own is None
    choices = TrainChoices(epochs=2, minimum=10, input_size=32, batch_size=16, device="cpu")
    version = str(train_version(library, Silent(), choices).summary["version"])
    library.versions.activate(version)
    scan(library, Silent())
    report = rank_ratings(library, Silent())
    assert report.own is not None
    images, own, heads = report.own
    digests = [digest for _, _, digest in library.images.askable()]
    assert images == held_out(digests).sum()
    # Two epochs on a hundred drawings: more is not asked than that it is what was measured.
    folder = library.version_folder(version)
    measured = json.loads((folder / "metrics.json").read_text())["ratings"]
    assert set(measured["each"]) == {"rating:general", "rating:explicit"}
    assert measured["images"] >= images
    assert 0 <= own <= 1
    assert 0 <= heads <= 1
    assert f"{own:.1%}" in "\n".join(report.lines())


def test_without_ratings_it_is_said_where_they_come_from(shapes: Shapes) -> None:
    with pytest.raises(UsageError, match="rating:safe"):
        rank_ratings(shapes[0], Silent())


def test_noise_is_measured_and_taken_out() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 3000)
    wrong = rng.random(3000) < 0.1
    written = np.where(wrong, (true + rng.integers(1, 3, 3000)) % 3, true)
    # A head that knows the truth, and learnt from labels with that noise.
    heads = np.full((3000, 3), 0.05, np.float32)
    heads[np.arange(3000), true] = 0.9
    share = share_wrong(heads, written)
    assert share == pytest.approx(0.1, abs=0.02)
    posterior = without_noise(heads, written, share)
    suspicion = 1 - posterior[np.arange(3000), written]
    assert suspicion[wrong].min() > 0.9
    assert suspicion[~wrong].max() < 0.05
    assert posterior.sum(axis=1) == pytest.approx(1, abs=1e-4)
