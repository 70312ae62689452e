"""Tags with few examples are asked about on the word of a brought tagger that knows them."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import helper, numpy_helper

from reviewer.core.beginning import Beginning
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare, scan_to_questions
from reviewer.jobs.questions.own_scores import own_scores
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.taggers.bringing import BringChoices, bring_tagger, correct_mapping
from reviewer.store.library import Library
from tests.conftest import Heard
from tests.unit.cli.conftest import run
from tests.unit.jobs.conftest import make_shapes
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reviewer.core.queues import Ranking

SIDE = 24
KEPT = 2


def colour_tagger(folder: Path) -> Path:
    """A WD graph that tells red and blue pictures apart, and knows no other tag here."""
    folder.mkdir()
    names = ["red", "blue", "teal", "chequered"]
    folders.write_wd_list(folder, [(str(n), name, 0) for n, name in enumerate(names)])
    nodes = [
        helper.make_node("ReduceMean", ["input_1:0"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["mean", "w"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["predictions_sigmoid"]),
    ]
    # Of blue, green and red: what is redder than blue is red.
    weights = np.array([[-0.09, 0.09, 0, 0], [0, 0, 0.01, 0], [0.09, -0.09, 0, 0]], np.float32)
    bias = np.array([-0.5, -0.5, -9, -9], np.float32)
    tensors = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(bias, "b")]
    folders.save_graph(
        folder / "model.onnx",
        nodes,
        tensors,
        [folders.value("input_1:0", "batch", SIDE, SIDE, 3)],
        [folders.value("predictions_sigmoid", "batch", len(names))],
    )
    return folder


@pytest.fixture
def truth(tmp_path: Path) -> dict[str, frozenset[str]]:
    """Circles and squares as they are tagged; of the colours a few images tell."""
    found = make_shapes(tmp_path / "images")
    table = tmp_path / "images" / "tags.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    left = dict.fromkeys(product(("red", "blue"), ("circle", "square")), KEPT)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["relative_path", "tags"])
        for row in rows:
            tags = set(row["tags"].split())
            # As many of either shape: else the shape is as good a sign of the colour as any.
            shape = "circle" if "circle" in found[row["relative_path"]] else "square"
            for colour in tags & {"red", "blue"}:
                left[colour, shape] -= 1
                if left[colour, shape] < 0:
                    tags.remove(colour)
            writer.writerow([row["relative_path"], " ".join(sorted(tags))])
    return found


@pytest.fixture
def library(tmp_path: Path, truth: dict[str, frozenset[str]]) -> Iterator[Library]:
    assert truth
    with Library.create(tmp_path / "workspace", tmp_path / "images") as opened:
        import_folder(opened, Silent())
        bring_tagger(opened, Silent(), colour_tagger(tmp_path / "theirs"), BringChoices(minimum=10))
        yield opened


def asked(library: Library, tag: str) -> list[str]:
    """Images that are asked about a tag that they lack, most suspicious first."""
    ranking: Ranking = library.rankings.load()
    number = library.tags.ids()[tag]
    queues = np.repeat(np.arange(len(ranking.tags)), np.diff(ranking.offsets))
    mine = np.flatnonzero((ranking.tags[queues] == number) & (ranking.sides == Side.MISSING))
    order = mine[np.argsort(-np.asarray(ranking.suspicions)[mine], kind="stable")]
    paths = {image_id: path for image_id, path, _ in library.images.askable()}
    return [paths[image] for image in np.asarray(ranking.images)[order].tolist()]


def test_a_rare_tag_is_asked_where_the_tagger_sees_it(
    library: Library, truth: dict[str, frozenset[str]]
) -> None:
    heard = Heard()
    scan_to_questions(library, heard, minimum=10, scanned=scan(library, Silent()))
    for tag in ("red", "blue"):
        first = asked(library, tag)[:20]
        assert len(first) == 20
        assert all(tag in truth[path] for path in first)
    # Circles and squares have examples enough for heads, and the tagger does not know them.
    assert asked(library, "circle")
    assert any("2 tags have too few examples" in note for note in heard.notes)
    assert any("may have seen these labels" in note for note in heard.notes)
    # What nobody here ever wrote and the tagger does not see is not asked.
    assert "teal" not in library.tags.ids()


def test_a_tag_that_was_just_taken_in_is_asked_at_once(
    library: Library, truth: dict[str, frozenset[str]]
) -> None:
    correct_mapping(library, Silent(), "own,tag\nred,crimson\nchequered,chequered\n")
    scan_to_questions(library, Silent(), minimum=10, scanned=scan(library, Silent()))
    first = asked(library, "crimson")[:20]
    assert all("red" in truth[path] for path in first)
    assert len(first) == 20
    # Known to the collection by now, but seen on no image and written on none.
    assert asked(library, "chequered") == []


def test_images_without_any_tag_are_asked_what_the_tagger_sees(
    tmp_path: Path, truth: dict[str, frozenset[str]]
) -> None:
    (tmp_path / "images" / "tags.csv").unlink()
    heard = Heard()
    wanted = Beginning(tagger=str(colour_tagger(tmp_path / "theirs")))
    with Library.create(tmp_path / "untagged", tmp_path / "images") as opened:
        prepare(opened, heard, TrainChoices(device="cpu"), wanted)
        assert any("what it sees is asked" in note for note in heard.notes)
        for tag in ("red", "blue"):
            shown = {path for path, tags in truth.items() if tag in tags}
            assert set(asked(opened, tag)) == shown
        assert asked(opened, "teal") == []
        # Nothing is a tag before a person says so, and what was said is learnt from.
        red = opened.tags.ids()["red"]
        images = [image_id for image_id, path, _ in opened.images.askable() if path in shown][:20]
        row = Decision(0, red, Answer.NO, Side.MISSING, 0.5, 0.5, "v1", "me", 1)
        opened.decisions.append([replace(row, image_id=image) for image in images])
        assert not any(opened.images.original_tags(image) for image in images)
        scan_to_questions(opened, Silent(), minimum=10)
        assert len(asked(opened, "blue")) >= 20


def test_the_command_takes_the_table_into_the_questions(
    library: Library, truth: dict[str, frozenset[str]]
) -> None:
    library.state.set("min_images", "10")
    place = ("--workspace", library.workspace.path)
    scan_to_questions(library, Silent(), minimum=10, scanned=scan(library, Silent()))
    assert run("--json", "tagger-tags", "--map", "blue=azure", "--ask", *place).code == 0
    # The old name has no word of the tagger behind it any more, and a few images are no examples.
    assert asked(library, "blue") == []
    assert all("blue" in truth[path] for path in asked(library, "azure")[:20])
    assert len(asked(library, "azure")) >= 20


def test_what_was_learnt_here_is_never_the_tagger_s_own_word(library: Library) -> None:
    scan_to_questions(library, Silent(), minimum=10, scanned=scan(library, Silent()))
    circle = library.tags.ids()["circle"]
    images = np.array([image_id for image_id, _, _ in library.images.askable()], np.int64)
    library.decisions.append(
        [
            Decision(i, circle, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "me", 1)
            for i in images[:12].tolist()
        ]
    )
    choices = TrainChoices(minimum=10, device="cpu")
    trained, _ = retrain(library, Silent(), choices, Promotion.ALWAYS)
    assert trained.summary["version"] == "v2"
    own = own_scores(library, "v2", images)
    assert own is not None
    assert own.version == "v1"
    assert own.logits(circle) is None
    red = own.logits(library.tags.ids()["red"])
    assert red is not None
    assert red.std() > 1
    assert asked(library, "red")


def test_images_that_the_tagger_itself_has_not_scanned_are_told_of(library: Library) -> None:
    scan(library, Silent())
    images = [image_id for image_id, _, _ in library.images.askable()]
    own = own_scores(library, "v1", np.array([*images, 9999], np.int64))
    assert own is not None
    red = own.logits(library.tags.ids()["red"])
    assert red is not None
    assert (own.rows >= 0).sum() == len(images)
    assert red[-1] == pytest.approx(red[:-1].mean(), abs=0.2)


def test_a_version_of_our_own_has_no_word_beside_its_heads(
    shapes: tuple[Library, dict[str, frozenset[str]]],
) -> None:
    ours, _ = shapes
    images = np.array([image_id for image_id, _, _ in ours.images.askable()], np.int64)
    assert own_scores(ours, "v1", images) is None
