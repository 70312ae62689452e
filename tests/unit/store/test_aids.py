"""Siblings, quick tags, words about tags, listed tags and counts, on a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.core.types import Answer, Category, Decision, Image, Origin, Side, Tag
from reviewer.store.aids import MOST_SIBLINGS, TextKind
from reviewer.store.answered import Embeddings
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from reviewer.store.scans import ROW, ScanShape
from reviewer.store.typical import Typical, TypicalFiles

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [f"tag_{number:02}" for number in range(14)]


@pytest.fixture
def tagged(library: Library) -> Library:
    library.tags.add(dict.fromkeys(NAMES))
    return library


def test_learnt_siblings_stand_behind_chosen_ones(tagged: Library) -> None:
    siblings = tagged.aids.siblings
    siblings.learn({1: [2, 3, 4], 2: [1]})
    assert siblings.of(1) == [2, 3, 4]
    siblings.choose(1, 9, wanted=True)
    siblings.choose(1, 3, wanted=False)
    assert siblings.of(1) == [9, 2, 4]
    assert siblings.of(9) == [1]
    assert siblings.of(3) == []
    siblings.learn({1: [3, 9, 5], 3: [1, 6]})
    assert siblings.of(1) == [9, 5]
    assert siblings.of(3) == [6]
    siblings.choose(1, 3, wanted=True)
    assert siblings.of(1) == [9, 3, 5]
    assert siblings.of(3) == [1, 6]
    assert siblings.of(12) == []


def test_there_are_no_more_siblings_than_digits(tagged: Library) -> None:
    tagged.aids.siblings.learn({1: list(range(2, 11))})
    tagged.aids.siblings.choose(1, 14, wanted=True)
    found = tagged.aids.siblings.of(1)
    assert found == [14, *range(2, 10)]
    assert len(found) == MOST_SIBLINGS


CHOICES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6), st.booleans()), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=CHOICES)
def test_a_choice_holds_for_both(tagged: Library, choices: list[tuple[int, int, bool]]) -> None:
    said: dict[frozenset[int], bool] = {}
    siblings = tagged.aids.siblings
    for one, other, wanted in choices:
        if one != other:
            siblings.choose(one, other, wanted=wanted)
            said[frozenset((one, other))] = wanted
    for pair, wanted in said.items():
        one, other = sorted(pair)
        assert (other in siblings.of(one)) is (one in siblings.of(other)) is wanted


def test_quick_tags_outlive_the_program(tagged: Library) -> None:
    tagged.aids.quick.set(3, 7)
    tagged.aids.quick.set(1, 7)
    tagged.aids.quick.set(3, 8)
    tagged.aids.quick.set(9, 2)
    tagged.aids.quick.set(9, None)
    place = tagged.workspace.path
    tagged.close()
    with Library.open(place) as again:
        assert again.aids.quick.all() == {1: 7, 3: 8}


def test_a_note_stands_beside_the_definition(tagged: Library) -> None:
    texts = tagged.aids.texts
    assert texts.of(1) == {}
    texts.add_definitions({1: "from a wiki", 2: "another"})
    texts.set_note(1, "mine")
    texts.add_definitions({1: "newer"})
    assert texts.of(1) == {TextKind.DEFINITION: "newer", TextKind.NOTE: "mine"}
    texts.set_note(1, "")
    assert texts.of(1) == {TextKind.DEFINITION: "newer"}


def test_counts_are_replaced_as_a_whole(tagged: Library) -> None:
    tagged.aids.counts.replace({tag: tag * 10 for tag in range(1, 13)})
    tagged.aids.counts.replace({1: 5})
    assert tagged.aids.counts.all() == {1: 5}


def test_listed_tags_are_known_beside_the_collections(tagged: Library) -> None:
    listed = tagged.aids.listed
    many = {f"listed_{number}": (Category.GENERAL, number) for number in range(450)}
    listed.add(many | {"ann": (Category.CHARACTER, 12)}, {"annie": "ann"})
    listed.add({"ann": (Category.ARTIST, 13)}, {"annie": "listed_1", "x": "y"})
    found = {name: (category, posts) for name, category, posts in listed.all()}
    assert found == many | {"ann": (Category.ARTIST, 13)}
    assert dict(listed.aliases()) == {"annie": "listed_1", "x": "y"}
    assert set(tagged.vocabulary().by_name) == set(NAMES)


def test_a_tag_is_added_once_and_keeps_its_category(tagged: Library) -> None:
    made = tagged.tags.add_one("ann", Category.CHARACTER)
    assert made == Tag(made.id, "ann", Category.CHARACTER)
    assert tagged.tags.add_one("ann", Category.GENERAL) == made
    assert tagged.vocabulary().by_name["ann"] == made
    shared = tagged.vocabulary()
    new = tagged.tags.add_one("new", Category.GENERAL)
    assert shared.find("new") is None
    shared.take_in(new)
    assert shared.find("new") == new
    assert shared.name(new.id) == "new"


def answer(library: Library, image: int, said: Answer, origin: Origin = Origin.QUEUE) -> None:
    library.decisions.append(
        [Decision(image, 1, said, Side.MISSING, 0, 0, "", "me", 1, origin=origin)]
    )


def test_the_answers_of_a_tag_are_the_last_ones(tagged: Library) -> None:
    tagged.images.write(
        [ImageRow(None, Image(0, f"{n}", 1, bytes([n]) * 32), 1, frozenset()) for n in range(4)]
    )
    answer(tagged, 1, Answer.YES)
    answer(tagged, 2, Answer.YES)
    answer(tagged, 1, Answer.NO)
    answer(tagged, 3, Answer.UNSURE)
    answer(tagged, 4, Answer.YES)
    answer(tagged, 2, Answer.NO, Origin.CONTROL)
    tagged.decisions.undo_last("me")
    tagged.decisions.undo_last("me")
    answered = tagged.aids.answered
    assert answered.of(1) == {1: Answer.NO, 2: Answer.YES, 3: Answer.UNSURE}
    assert answered.of(1, most=1) == {3: Answer.UNSURE}
    assert answered.of(2) == {}


def test_embeddings_are_found_by_image(library: Library) -> None:
    files = library.begin_scan(ScanShape("v1", (1,), 3))
    ids = [5, 2, 9, 2]
    rows = np.zeros(4, ROW)
    rows["image"] = ids
    vectors = np.arange(12, dtype=np.float16).reshape(4, 3)
    files.append(rows, vectors, np.zeros((4, 1), np.float32))
    found, taken = Embeddings(files).of([9, 1, 2, 100, 9])
    assert found == [2, 9]
    # Image 2 was scanned twice: the last time counts.
    assert taken.tolist() == [vectors[3].tolist(), vectors[2].tolist()]
    assert Embeddings(files).of([])[0] == []


def test_typical_images_are_written_as_a_whole(tmp_path: Path) -> None:
    files = TypicalFiles(tmp_path / "typical")
    assert files.source() == ""
    assert files.load().of(3) == []
    files.save(Typical(np.array([3, 8]), np.array([[4, -1], [6, 7]])), "first")
    files.save(Typical(np.array([3, 8]), np.array([[5, -1], [6, 7]])), "second")
    assert files.source() == "second"
    loaded = files.load()
    assert [loaded.of(tag) for tag in (3, 8, 4, 9)] == [[5], [6, 7], [], []]
