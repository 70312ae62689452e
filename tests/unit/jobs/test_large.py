"""The way of a large collection, taken by a small one: its limit is lowered."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreFullError
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs import context
from reviewer.jobs.context import Silent
from reviewer.jobs.questions import every_tag, large, large_refresh
from reviewer.jobs.questions.begun_scores import BEGUN
from reviewer.jobs.questions.every_tag import every_tag_scan, score_every_tag
from reviewer.jobs.questions.ranking import rank_questions
from reviewer.jobs.questions.refreshing import refresh
from reviewer.store.scans import ScanFiles

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.queues import Ranking
    from reviewer.core.types import Progress
    from reviewer.store.library import Library

HARDLY = 0.02
"""Of a logit: what an answer may move its own image by. It tells how much the tag's other absences
weigh, which all of its heads learn from; an image whose label is learnt moves by .4 and more."""

Shapes = "tuple[Library, dict[str, frozenset[str]]]"


@pytest.fixture(autouse=True)
def all_is_large(monkeypatch: pytest.MonkeyPatch, shapes: Shapes) -> None:
    """Nothing was fitted yet, so that all tags are judged by the scan."""
    library, _ = shapes
    monkeypatch.setattr(large, "LARGE_PAIRS", 0)
    shutil.rmtree(library.workspace.scans / "v1" / "crossfit")


def pairs(ranking: Ranking) -> dict[tuple[int, int], tuple[int, float]]:
    """(image, tag) to side and suspicion."""
    found = {}
    for queue, tag in enumerate(ranking.tags.tolist()):
        for at in range(int(ranking.offsets[queue]), int(ranking.offsets[queue + 1])):
            key = (int(ranking.images[at]), tag)
            found[key] = (int(ranking.sides[at]), float(ranking.suspicions[at]))
    return found


def wrong_pairs(library: Library, truth: dict[str, frozenset[str]]) -> set[tuple[int, int]]:
    """The pairs whose metadata is wrong."""
    names = library.vocabulary().by_name
    wrong = set()
    for image, tags in library.images.rows():
        for name in ("circle", "square", "red", "blue"):
            if (names[name].id in tags) != (name in truth[image.path]):
                wrong.add((image.id, names[name].id))
    return wrong


def answer(library: Library, pair: tuple[int, int], side: int, *, wrong: bool) -> None:
    given = Answer.YES if wrong == (side == Side.MISSING) else Answer.NO
    decision = Decision(pair[0], pair[1], given, Side(side), 0.5, 0.5, "v1", "", 1)
    library.decisions.append([decision])


def test_the_pass_over_the_scan_finds_the_missing_tags(shapes: Shapes) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    found = pairs(library.rankings.load())
    wrong = wrong_pairs(library, truth)
    assert len(wrong) > 20
    best = sorted(found, key=lambda pair: -found[pair][1])[: len(wrong)]
    assert len(wrong & set(best)) > 0.6 * len(wrong)
    for (image, tag), (side, _) in found.items():
        assert (tag in library.images.original_tags(image)) == (side == Side.WRONG)


def test_before_any_answer_a_refresh_fits_nothing(shapes: Shapes) -> None:
    library, _ = shapes
    refresh(library, Silent())
    heads = library.crossfit("v1").load()
    assert heads is not None
    assert heads.logits.shape == (0, len(heads.images))
    rank_questions(library, Silent())
    assert len(library.rankings.load())


def test_after_answers_their_tags_alone_are_ranked_again(shapes: Shapes) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    before = pairs(library.rankings.load())
    wrong = wrong_pairs(library, truth)
    red = library.vocabulary().by_name["red"].id
    asked = [pair for pair in before if pair[1] == red][:6]
    for pair in asked:
        answer(library, pair, before[pair][0], wrong=pair in wrong)
    rank_questions(library, Silent())
    after = pairs(library.rankings.load())
    assert not set(asked) & set(after)
    others = {pair: value for pair, value in before.items() if pair[1] != red}
    assert {pair: value for pair, value in after.items() if pair[1] != red} == others
    assert {pair for pair in after if pair[1] == red}


def test_a_refresh_without_new_answers_leaves_the_questions_as_they_are(shapes: Shapes) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    before = pairs(library.rankings.load())
    wrong = wrong_pairs(library, truth)
    for pair in list(before)[:3]:
        answer(library, pair, before[pair][0], wrong=pair in wrong)
    refresh(library, Silent())
    rank_questions(library, Silent())
    once = pairs(library.rankings.load())
    assert len(once) > 10
    refresh(library, Silent())
    rank_questions(library, Silent())
    assert pairs(library.rankings.load()) == once


def test_a_refresh_fits_the_answered_tags_and_they_are_ranked_by_it(shapes: Shapes) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    found = pairs(library.rankings.load())
    wrong = wrong_pairs(library, truth)
    by_name = library.vocabulary().by_name
    chosen = {by_name["circle"].id, by_name["blue"].id}
    asked = [pair for pair in found if pair[1] in chosen][:20]
    for pair in asked:
        answer(library, pair, found[pair][0], wrong=pair in wrong)
    refresh(library, Silent())
    heads = library.crossfit("v1").load()
    assert heads is not None
    assert set(heads.tags.tolist()) == {tag for _, tag in asked}
    assert heads.logits.shape == (len(heads.tags), len(heads.images))
    assert np.isfinite(np.asarray(heads.logits, np.float32)).all()
    rank_questions(library, Silent())
    after = pairs(library.rankings.load())
    assert not set(asked) & set(after)
    unasked = {pair for pair in wrong if pair[1] in chosen and pair not in asked}
    mine = sorted((p for p in after if p[1] in chosen), key=lambda p: -after[p][1])
    assert len(unasked & set(mine[: 2 * len(unasked)])) > 0.5 * len(unasked)


def test_tags_of_which_nothing_changed_keep_their_scores_and_their_questions(
    shapes: Shapes,
) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    found = pairs(library.rankings.load())
    wrong = wrong_pairs(library, truth)
    by_name = library.vocabulary().by_name
    circle, blue = by_name["circle"].id, by_name["blue"].id
    asked = [p for tag_id in (circle, blue) for p in [q for q in found if q[1] == tag_id][:8]]
    for pair in asked:
        answer(library, pair, found[pair][0], wrong=pair in wrong)
    assert refresh(library, Silent()).summary["fitted"] == 2
    rank_questions(library, Silent())
    before, first = library.crossfit("v1").load(), pairs(library.rankings.load())
    assert before is not None
    assert before.fitted is not None
    assert refresh(library, Silent()).summary["fitted"] == 0

    more = next(pair for pair in first if pair[1] == blue)
    answer(library, more, first[more][0], wrong=more not in wrong)
    assert refresh(library, Silent()).summary["fitted"] == 1
    heads = library.crossfit("v1").load()
    assert heads is not None
    assert heads.fitted is not None
    assert heads.decided == library.decisions.last_id()
    for place, tag_id in enumerate(heads.tags.tolist()):
        kept = tag_id == circle
        assert np.array_equal(heads.logits[place], before.logits[place]) == kept
        assert (heads.fitted[place] == before.fitted[place]) == kept
    rank_questions(library, Silent())
    after = pairs(library.rankings.load())
    assert {p: v for p, v in after.items() if p[1] != blue} == {
        p: v for p, v in first.items() if p[1] != blue
    }
    assert {p: v for p, v in after.items() if p[1] == blue} != {
        p: v for p, v in first.items() if p[1] == blue
    }


def test_lots_of_tags_give_each_its_own_heads(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, _ = shapes
    rank_questions(library, Silent())
    found = pairs(library.rankings.load())
    first = {tag_id: pair for pair in sorted(found) for tag_id in [pair[1]]}
    for pair in first.values():
        answer(library, pair, found[pair][0], wrong=False)

    def scores() -> tuple[list[int], np.ndarray]:
        shutil.rmtree(library.workspace.scans / "v1" / "crossfit", ignore_errors=True)
        refresh(library, Silent())
        heads = library.crossfit("v1").load()
        assert heads is not None
        return heads.tags.tolist(), np.asarray(heads.logits, np.float32)

    together = scores()
    monkeypatch.setattr(large_refresh, "LOT", 1)
    monkeypatch.setattr(large_refresh, "LISTED", 2)
    monkeypatch.setattr(large_refresh, "SCORES_AT_ONCE", 100)
    single = scores()
    assert len(together[0]) > 2
    assert together[0] == single[0]
    # What differs is the pull alone, chosen by the first lot; the order of the images hardly does.
    for one, other in zip(together[1], single[1], strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.9


def test_scores_of_heads_do_not_change_with_labels_of_their_own_fold(shapes: Shapes) -> None:
    library, _ = shapes
    red = library.vocabulary().by_name["red"].id
    images = [image for image, _, _ in library.images.askable()]

    def scores() -> np.ndarray:
        refresh(library, Silent())
        heads = library.crossfit("v1").load()
        assert heads is not None
        return np.array(heads.logits[heads.tags.tolist().index(red)])

    answer(library, (images[7], red), Side.MISSING, wrong=True)
    first = scores()
    answer(library, (images[7], red), Side.MISSING, wrong=False)
    second = scores()
    moved = np.abs(first.astype(np.float32) - second.astype(np.float32))
    assert moved[7] < HARDLY
    assert moved.max() > 5 * HARDLY


def test_heads_for_every_tag_are_ranked_by_and_find_what_is_wrong(shapes: Shapes) -> None:
    library, truth = shapes
    rank_questions(library, Silent())
    before = pairs(library.rankings.load())
    refresh(library, Silent(), minimum=5, every_tag=True)
    files = library.scan("v1")
    assert files is not None
    made = every_tag_scan(files)
    assert made is not None
    assert np.array_equal(made.rows(), files.rows())
    assert {len(made.tag_scores(column)) for column in range(len(made.shape.tags))} == {len(files)}
    rank_questions(library, Silent())
    after = pairs(library.rankings.load())
    assert after != before
    wrong = wrong_pairs(library, truth)
    best = sorted(after, key=lambda pair: -after[pair][1])[: len(wrong)]
    assert len(wrong & set(best)) > 0.6 * len(wrong)
    for (image, tag), (side, _) in after.items():
        assert (tag in library.images.original_tags(image)) == (side == Side.WRONG)


def test_scores_of_every_tag_saw_no_label_of_the_image(shapes: Shapes) -> None:
    """An image's scores stay where its own labels, and no others, are turned round."""
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    score_every_tag(library, Silent(), files, minimum=5)
    made = every_tag_scan(files)
    assert made is not None
    red = library.vocabulary().by_name["red"].id
    column = made.shape.tags.index(red)
    before = made.tag_logits(column)
    row = len(files) // 2
    image = int(files.rows()["image"][row])
    there = red in library.images.original_tags(image)
    side = Side.WRONG if there else Side.MISSING
    answer(library, (image, red), side, wrong=True)
    score_every_tag(library, Silent(), files, minimum=5)
    again = every_tag_scan(files)
    assert again is not None
    after = again.tag_logits(column)
    moved = np.abs(after - before)
    assert moved[row] < HARDLY
    assert moved.max() > 5 * HARDLY


def test_scores_of_a_part_are_not_taken_for_scores_of_all(shapes: Shapes) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    score_every_tag(library, Silent(), files, minimum=5)
    with (files.folder / "every_tag" / "rows.bin").open("r+b") as rows:
        rows.truncate(24)
    assert every_tag_scan(files) is None


def test_too_little_room_for_every_tag_is_told_before(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    room = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    with pytest.raises(StoreFullError, match="without --every-tag"):
        score_every_tag(library, Silent(), files, minimum=5)
    assert every_tag_scan(files) is None


def test_what_a_killed_run_left_is_removed_by_the_next(shapes: Shapes) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    torn = files.folder / ".every_tag.0123abcd.tmp"
    torn.mkdir()
    (torn / "scores.u8").write_bytes(bytes(100))
    score_every_tag(library, Silent(), files, minimum=5)
    assert not torn.exists()
    assert [path.name for path in files.folder.glob("*every_tag*")] == ["every_tag"]


class CutOff(Silent):
    """Ends a job, as a signal would, when it is further than a share of a stage."""

    def __init__(self, stage: str, share: float) -> None:
        self._stage, self._share = stage, share

    def progress(self, progress: Progress) -> None:
        """Ends the job there."""
        if progress.stage == self._stage and progress.done > self._share * progress.total:
            raise KeyboardInterrupt


def every_file(folder: Path) -> dict[str, bytes]:
    """What the files of a folder hold."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few images and tags at a time, each of which is told."""
    monkeypatch.setattr(every_tag, "BLOCK_IMAGES", 50)
    monkeypatch.setattr(every_tag, "LOT", 2)
    monkeypatch.setattr(context, "REPORT_EVERY_S", 0.0)


def test_a_run_over_every_tag_that_was_cut_off_goes_on_where_it_was(
    shapes: Shapes, small_steps: None
) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    score_every_tag(library, Silent(), files, minimum=5)
    undisturbed = every_file(files.folder / "every_tag")
    shutil.rmtree(files.folder / "every_tag")
    begun = files.folder / BEGUN
    with pytest.raises(KeyboardInterrupt):
        score_every_tag(library, CutOff("refresh", 0.5), files, minimum=5)
    kept = every_file(begun / "heads-0")
    # Whoever fits it again would not find these.
    np.save(begun / "heads-0" / "bias.npy", np.load(begun / "heads-0" / "bias.npy") + 1)
    with pytest.raises(KeyboardInterrupt):
        score_every_tag(library, CutOff("score", 0.0), files, minimum=5)
    assert every_file(begun / "heads-0").keys() == kept.keys()
    assert every_file(begun / "heads-0") != kept
    shutil.rmtree(begun / "scores")
    (begun / "heads-0" / "bias.npy").write_bytes(kept["bias.npy"])
    with pytest.raises(KeyboardInterrupt):
        score_every_tag(library, CutOff("score", 0.3), files, minimum=5)
    some = ScanFiles.open(begun / "scores")
    assert some is not None
    assert 0 < len(some) < len(files)
    assert every_tag_scan(files) is None
    # The end of the last write may be torn.
    with (begun / "scores" / "rows.bin").open("ab") as rows:
        rows.write(b"torn")
    score_every_tag(library, Silent(), files, minimum=5)
    assert every_file(files.folder / "every_tag") == undisturbed
    assert not begun.exists()


def test_scores_that_were_begun_for_other_tags_are_begun_anew(
    shapes: Shapes, small_steps: None
) -> None:
    library, _ = shapes
    files = library.scan("v1")
    assert files is not None
    score_every_tag(library, Silent(), files, minimum=5)
    undisturbed = every_file(files.folder / "every_tag")
    with pytest.raises(KeyboardInterrupt):
        score_every_tag(library, CutOff("score", 0.3), files, minimum=5, seed=8)
    score_every_tag(library, Silent(), files, minimum=5)
    assert every_file(files.folder / "every_tag") == undisturbed
    assert not (files.folder / BEGUN).exists()
