"""The whole loop on real images, a real tagger and the real store."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import SourceError, TaggerError, UsageError
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Progress, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.labels import choose_tags, gather_labels, label_matrix
from reviewer.jobs.learning.recipes import held_out
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.learning.training import train_version
from reviewer.jobs.pipeline import prepare, refresh_and_rank
from reviewer.jobs.questions.ranking import rank_questions
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.simulating import against_truth, curve_lines, simulate
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from tests.unit.jobs.conftest import CHOICES, COUNT

if TYPE_CHECKING:
    from pathlib import Path

Shapes = tuple[Library, dict[str, frozenset[str]]]


class Heard(Silent):
    """Keeps what it hears of progress."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []

    def progress(self, progress: Progress) -> None:
        self.stages.append((progress.stage, progress.total))


def questions(library: Library) -> list[tuple[int, int]]:
    ranking = library.rankings.load()
    return [
        ranking.question(queue, place).pair
        for queue in range(len(ranking.tags))
        for place in range(int(ranking.offsets[queue + 1] - ranking.offsets[queue]))
    ]


def answer_some(library: Library, truth: dict[str, frozenset[str]], count: int) -> None:
    simulate(library, Silent(), truth, count, refresh_every=10_000)


def test_a_folder_becomes_questions(shapes: Shapes) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    assert len(files) == COUNT
    active = library.versions.active()
    assert active is not None
    assert active.name == "v1"
    assert set(active.metrics) == {"mAP", "micro F1", "macro F1"}
    pairs = questions(library)
    assert len(pairs) == len(set(pairs)) > 0
    ranking = library.rankings.load()
    assert np.all((ranking.suspicions >= 0) & (ranking.suspicions <= 1))
    for queue, tag_id in enumerate(ranking.tags.tolist()):
        span = slice(int(ranking.offsets[queue]), int(ranking.offsets[queue + 1]))
        for image, side in zip(ranking.images[span], ranking.sides[span], strict=True):
            present = tag_id in library.images.original_tags(int(image))
            assert present == (side == Side.WRONG)


def test_the_first_questions_find_the_planted_errors(shapes: Shapes) -> None:
    library, truth = shapes
    curve = simulate(library, Silent(), truth, 30)
    assert curve.found[-1] > 2 * curve.random[-1]
    assert len(list(curve_lines(curve))) == len(curve.answers) + 1


def test_answered_pairs_never_come_back(shapes: Shapes) -> None:
    library, truth = shapes
    answer_some(library, truth, 25)
    answered = {
        (image_id, tag_id)
        for image_id, _, _ in library.images.askable()
        for tag_id in library.decisions.answers(image_id)
    }
    assert len(answered) == 25
    refresh_and_rank(library, Silent(), minimum=10)
    assert answered.isdisjoint(questions(library))


def test_a_new_ranking_arrives_under_the_reviewers_hands(shapes: Shapes) -> None:
    library, truth = shapes
    vocabulary = library.vocabulary()
    session = ReviewSession(
        library.decisions, library.images, vocabulary, library.rankings.load(), reviewer="me"
    )
    seen = set()
    for number in range(40):
        question = session.current
        if question is None:
            break
        assert question.pair not in seen
        seen.add(question.pair)
        shown = (
            vocabulary.name(question.tag_id) in truth[library.images.get(question.image_id).path]
        )
        session.answer(Answer.YES if shown else Answer.NO)
        if number % 10 == 9:
            waiting = session.current
            refresh_and_rank(library, Silent(), minimum=10)
            session.reload(library.rankings.load())
            assert session.current == waiting
    assert len(seen) == library.decisions.total()


def test_a_collection_without_changes_is_opened_without_its_tagger(shapes: Shapes) -> None:
    library, _ = shapes
    (library.version_folder("v1") / "model.safetensors").write_bytes(b"no weights")
    summary = prepare(library, Silent(), CHOICES).summary
    assert summary["scanned"] == 0
    assert summary["questions"] == len(questions(library)) > 0
    with pytest.raises(TaggerError):
        scan(library, Silent())


def test_a_second_scan_looks_at_changed_images_only(shapes: Shapes) -> None:
    library, _ = shapes
    assert scan(library, Silent()).summary["scanned"] == 0
    path = library.folder / "000.png"
    path.write_bytes((library.folder / "001.png").read_bytes())
    summary = prepare(library, Silent(), CHOICES).summary
    assert summary["scanned"] == 1
    files = library.scan("v1")
    assert files is not None
    # The picture that had the name before is gone; what the scan saw of it stays.
    assert files.latest().size == COUNT + 1
    scanned = set(files.rows()["image"].tolist())
    assert {image_id for image_id, _, _ in library.images.askable()} <= scanned


def test_a_broken_image_is_set_aside_by_the_scan(shapes: Shapes) -> None:
    library, _ = shapes
    whole = (library.folder / "005.png").read_bytes()
    middle = len(whole) // 2
    (library.folder / "005.png").write_bytes(whole[:middle] + b"\0" * 40 + whole[middle + 40 :])
    prepare(library, Silent(), CHOICES)
    assert [path for path, _ in library.images.problems()] == ["005.png"]
    assert library.images.counts()["ok"] == COUNT - 1


def test_scores_of_held_out_labels_are_out_of_sample(shapes: Shapes) -> None:
    """Random labels cannot be predicted by heads that did not see them."""
    library, _ = shapes
    crossfit = library.crossfit("v1").load()
    assert crossfit is not None
    assert crossfit.logits.shape == (4, COUNT)
    assert len(np.unique(crossfit.images)) == COUNT


def test_answers_become_labels_with_weights(shapes: Shapes) -> None:
    library, truth = shapes
    answer_some(library, truth, 20)
    vocabulary = library.vocabulary()
    images = [image_id for image_id, _, _ in library.images.askable()]
    labels = gather_labels(library, images, vocabulary)
    tags = choose_tags(labels, vocabulary, 10).tags
    matrix = label_matrix(labels, [tag.id for tag in tags])
    targets, weights = matrix.rows(np.arange(len(images)))
    for image_id, answers in labels.answers.items():
        row = images.index(image_id)
        for tag_id, given in answers.items():
            column = [tag.id for tag in tags].index(tag_id)
            assert targets[row, column] == (given is Answer.YES)
            assert weights[row, column] == 1
    unreviewed = np.ones_like(weights, bool)
    for image_id, answers in labels.answers.items():
        for tag_id in answers:
            unreviewed[images.index(image_id), [tag.id for tag in tags].index(tag_id)] = False
    assert np.all(weights[unreviewed & (targets == 0)] < 1)


def test_retraining_compares_and_promotes(shapes: Shapes, monkeypatch: pytest.MonkeyPatch) -> None:
    # So few images show no precision above this.
    monkeypatch.setattr("reviewer.jobs.proposals.kept_out.LEAST_LEVEL", 0.5)
    library, truth = shapes
    answer_some(library, truth, 30)
    changes, comparison = retrain(library, Silent(), CHOICES, Promotion.ALWAYS)
    assert changes.summary["version"] == "v2"
    assert comparison.images == int(
        held_out([digest for _, _, digest in library.images.askable()]).sum()
    )
    assert comparison.confirmed > 0
    active = library.versions.active()
    assert active is not None
    assert (active.name, active.parent, active.decisions) == ("v2", "v1", 30)
    assert library.rankings.load().version == "v2"
    library.versions.activate("v1")
    rank_questions(library, Silent(), held_out_only=True)
    asked = library.rankings.load()
    digests = {image_id: digest for image_id, _, digest in library.images.askable()}
    assert len(asked)
    assert held_out([digests[image_id] for image_id in asked.images.tolist()]).all()
    rank_questions(library, Silent())
    every = library.rankings.load()
    assert every.version == "v1"
    assert len(every) > len(asked)
    apart = every.kept_out()
    assert apart
    assert held_out([digests[question.image_id] for question in apart]).all()
    answered = {decision.pair for decision in library.decisions.live()}
    assert not answered & {question.pair for question in apart}
    for question in apart:
        there = question.tag_id in library.images.original_tags(question.image_id)
        assert question.side is (Side.WRONG if there else Side.MISSING)
    figures = against_truth(library, Silent(), truth, "v2")
    assert dict(figures.rows)["mAP"] > 0.5


def test_a_candidate_is_kept_aside_when_asked(shapes: Shapes) -> None:
    library, _ = shapes
    retrain(library, Silent(), CHOICES, Promotion.NEVER)
    active = library.versions.active()
    assert active is not None
    assert active.name == "v1"


def test_no_version_learns_from_a_held_out_image() -> None:
    digests = [bytes([number]) * 32 for number in range(256)]
    kept = held_out(digests)
    assert kept.sum() == 38
    assert np.array_equal(kept, held_out(digests))


def test_steps_say_what_is_missing(library: Library) -> None:
    with pytest.raises(UsageError, match="Import first"):
        train_version(library, Silent(), CHOICES)
    with pytest.raises(UsageError, match="There is no version yet"):
        scan(library, Silent())
    with pytest.raises(UsageError, match="Nothing is scanned yet"):
        refresh(library, Silent())
    with pytest.raises(UsageError, match="Nothing is scanned yet"):
        rank_questions(library, Silent())


def test_too_few_images_and_bad_settings_are_sentences(shapes: Shapes, tmp_path: Path) -> None:
    from dataclasses import replace

    library, _ = shapes
    with pytest.raises(UsageError, match="lower the limit"):
        train_version(library, Silent(), replace(CHOICES, minimum=1000))
    heard = Heard()
    with pytest.raises(TaggerError, match="no_such_net"):
        train_version(library, heard, replace(CHOICES, backbone="no_such_net"))
    # What waits for PyTorch is told as the stage that comes, not as the one that is over.
    assert heard.stages == [("read images", 0)]
    broken = tmp_path / "weights.pth"
    broken.write_bytes(b"no weights at all")
    with pytest.raises(TaggerError, match=r"weights\.pth"):
        train_version(library, Silent(), replace(CHOICES, weights=broken))


def test_the_loss_that_was_chosen_is_trained_with(shapes: Shapes) -> None:
    library, _ = shapes
    train_version(library, Silent(), replace(CHOICES, epochs=1, loss="asymmetric"))
    record = json.loads((library.version_folder("v2") / "train.json").read_text(encoding="utf-8"))
    assert "asymmetric" in json.dumps(record)
    before = json.loads((library.version_folder("v1") / "train.json").read_text(encoding="utf-8"))
    assert "asymmetric" not in json.dumps(before)


def test_a_drive_that_is_not_there_is_no_reason_to_set_images_aside(shapes: Shapes) -> None:
    library, _ = shapes
    kept = library.images.counts()
    library.images.write(
        [ImageRow(1, replace(library.images.get(1), sha256=b"n" * 32), 1, frozenset())]
    )
    away = library.folder.with_name("away")
    library.folder.rename(away)
    with pytest.raises(SourceError, match="The folder of the images is not there"):
        scan(library, Silent())
    away.rename(library.folder)
    assert library.images.counts() == kept
    assert scan(library, Silent()).summary["scanned"] == 1
