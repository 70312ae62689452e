"""Heat maps are made ahead for the questions that come next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.queues import QueueBook
from reviewer.core.types import Side
from reviewer.jobs.context import Silent
from reviewer.jobs.questions.explaining import HEADS, explain, next_questions
from reviewer.store.scans import digest_of

if TYPE_CHECKING:
    import numpy as np

    from reviewer.store.library import Library

Shapes = tuple["Library", dict[str, frozenset[str]]]


def test_the_heads_of_both_sides_come_before_the_rest(shapes: Shapes) -> None:
    library, _ = shapes
    book = QueueBook(library.rankings.load())
    pairs = list(next_questions(book))
    assert len(set(pairs)) == len(pairs)
    queues = [entry.tag_id for entry in book.summaries()]
    heads = [
        question.pair
        for tag_id in queues
        for side in Side
        for question in list(book.questions(tag_id, side))[: HEADS[0][1]]
    ]
    assert pairs[: len(heads)] == heads


def test_maps_are_made_once_and_found_with_their_companions(shapes: Shapes) -> None:
    library, _ = shapes
    first = explain(library, Silent(), count=10, minutes=0, device="cpu")
    assert first.summary["maps"] == 10
    version = str(first.summary["version"])
    again = explain(library, Silent(), count=1000, minutes=0, device="cpu")
    files = library.heatmaps(version)
    assert len(files) == 10 + int(again.summary["maps"])
    assert explain(library, Silent(), count=1000, minutes=0, device="cpu").summary["maps"] == 0
    image_id, tag_id = next(next_questions(QueueBook(library.rankings.load())))
    image = library.images.get(image_id)
    found = files.find(image_id, tag_id, digest_of(image.sha256))
    assert found is not None
    assert found.heat.max() in {0, 255}
    assert 0 < found.usual < 1
    assert any(files.find(*key) is not None for key in keys(files.records()))


def keys(records: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(r["image"]), int(r["tag"]), int(r["digest"])) for r in records]


def test_a_file_that_is_gone_is_left_out(shapes: Shapes) -> None:
    library, _ = shapes
    image_id, _ = next(next_questions(QueueBook(library.rankings.load())))
    library.images.path(image_id).unlink()
    made = explain(library, Silent(), count=30, minutes=0, device="cpu")
    records = library.heatmaps(str(made.summary["version"])).records()
    assert len(records) > 0
    assert image_id not in records["image"]


def test_without_a_ranking_there_is_nothing_to_explain(library: Library) -> None:
    assert explain(library, Silent()).summary == {"maps": 0}


def test_one_question_can_be_worked_out_alone(shapes: Shapes) -> None:
    library, _ = shapes
    pair = list(next_questions(QueueBook(library.rankings.load())))[-1]
    made = explain(library, Silent(), device="cpu", pair=pair)
    assert made.summary["maps"] == 1
    records = library.heatmaps(str(made.summary["version"])).records()
    assert [(int(r["image"]), int(r["tag"])) for r in records] == [pair]
