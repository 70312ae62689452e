from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.labels import Label, consequences, effective_tags, label, settled
from reviewer.core.tags.vocabulary import Implications
from reviewer.core.types import Answer

CAT_EARS, FOX_EARS, ANIMAL_EARS, EARS, HAT = 1, 2, 3, 4, 5
IMPLIED = Implications([(CAT_EARS, ANIMAL_EARS), (FOX_EARS, ANIMAL_EARS), (ANIMAL_EARS, EARS)])

tag_sets = st.frozensets(st.integers(1, 5))
answer_maps = st.dictionaries(st.integers(1, 5), st.sampled_from(list(Answer)))


def tags(*ids: int) -> frozenset[int]:
    return frozenset(ids)


def test_yes_adds_the_tag_with_all_that_it_implies() -> None:
    assert effective_tags(tags(HAT), {CAT_EARS: Answer.YES}, IMPLIED) == {
        CAT_EARS,
        ANIMAL_EARS,
        EARS,
        HAT,
    }


def test_no_removes_a_parent_that_nothing_else_implies() -> None:
    original = tags(CAT_EARS, ANIMAL_EARS, EARS, HAT)
    assert effective_tags(original, {CAT_EARS: Answer.NO}, IMPLIED) == {HAT}


def test_no_keeps_a_parent_that_another_child_implies() -> None:
    original = tags(CAT_EARS, FOX_EARS, ANIMAL_EARS, EARS)
    assert effective_tags(original, {CAT_EARS: Answer.NO}, IMPLIED) == {FOX_EARS, ANIMAL_EARS, EARS}


def test_no_keeps_a_parent_that_a_person_confirmed() -> None:
    original = tags(CAT_EARS, ANIMAL_EARS, EARS)
    answers = {CAT_EARS: Answer.NO, ANIMAL_EARS: Answer.YES}
    assert effective_tags(original, answers, IMPLIED) == {ANIMAL_EARS, EARS}


def test_no_to_a_parent_denies_all_its_children() -> None:
    original = tags(CAT_EARS, ANIMAL_EARS, EARS)
    assert effective_tags(original, {EARS: Answer.NO}, IMPLIED) == frozenset()
    assert settled({EARS: Answer.NO}, IMPLIED)[FOX_EARS] is Answer.NO


def test_a_direct_answer_is_never_overruled() -> None:
    answers = {CAT_EARS: Answer.YES, ANIMAL_EARS: Answer.NO}
    known = settled(answers, IMPLIED)
    assert known[ANIMAL_EARS] is Answer.NO
    assert known[CAT_EARS] is Answer.YES


def test_labels_have_five_states() -> None:
    answers = {1: Answer.YES, 2: Answer.NO, 5: Answer.UNSURE}
    none = Implications()
    assert [label(tags(3), answers, none, tag_id) for tag_id in (1, 2, 5, 3, 4)] == [
        Label.CONFIRMED_PRESENT,
        Label.CONFIRMED_ABSENT,
        Label.UNSURE,
        Label.PRESENT,
        Label.ABSENT,
    ]


def test_consequences_tell_what_would_change() -> None:
    would = consequences(tags(HAT), {}, IMPLIED, CAT_EARS, Answer.YES)
    assert would.added == {CAT_EARS, ANIMAL_EARS, EARS}
    assert would.removed == frozenset()
    nothing = consequences(tags(HAT), {}, IMPLIED, CAT_EARS, Answer.NO)
    assert not nothing.added
    assert not nothing.removed


@given(tag_sets, answer_maps)
def test_every_direct_answer_holds_in_the_effective_tags(
    original: frozenset[int], answers: dict[int, Answer]
) -> None:
    effective = effective_tags(original, answers, IMPLIED)
    for tag_id, answer in answers.items():
        if answer is not Answer.UNSURE:
            assert (tag_id in effective) == (answer is Answer.YES)


@given(tag_sets, answer_maps)
def test_without_answers_nothing_changes_and_unsure_changes_nothing(
    original: frozenset[int], answers: dict[int, Answer]
) -> None:
    unsure = dict.fromkeys(answers, Answer.UNSURE)
    assert effective_tags(original, {}, IMPLIED) == original
    assert effective_tags(original, unsure, IMPLIED) == original


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_implications_are_closed_even_with_cycles(pairs: list[tuple[int, int]]) -> None:
    implications = Implications(pairs)
    for tag_id in range(9):
        for parent in implications.ancestors(tag_id):
            assert parent != tag_id
            assert implications.ancestors(parent) <= implications.ancestors(tag_id) | {tag_id}
            assert tag_id in implications.descendants(parent)
