"""Whose answer counts where several answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.review.disagreement import Given, Standing, State, log_odds, verdict
from reviewer.core.types import Answer, Origin

if TYPE_CHECKING:
    from random import Random

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.UNSURE


def said(*rows: tuple[str, Answer], origin: Origin = Origin.QUEUE) -> list[Given]:
    """Answers in the order they came, numbered from 1."""
    return [
        Given(number, name, answer, origin, 1000 * number)
        for number, (name, answer) in enumerate(rows, 1)
    ]


def test_one_person_is_no_disagreement_and_their_last_word_counts() -> None:
    found = verdict(said(("ann", YES), ("ann", NO)), {})
    assert (found.counts, found.state) == (2, None)


def test_answers_alike_are_no_disagreement_and_the_first_counts() -> None:
    found = verdict(said(("ann", YES), ("ben", YES)), {})
    assert (found.counts, found.state) == (1, None)


def test_a_second_answer_does_not_replace_the_first() -> None:
    found = verdict(said(("ann", YES), ("ben", NO)), {})
    assert (found.counts, found.state) == (1, State.OPEN)


def test_what_weighs_more_counts_until_the_pair_is_settled() -> None:
    standings = {"ann": Standing(sees=0.8, denies=0.8), "ben": Standing(sees=0.98, denies=0.98)}
    found = verdict(said(("ann", YES), ("ben", NO)), standings)
    assert (found.counts, found.state) == (2, State.OPEN)


def test_a_trusted_reviewer_settles_against_many() -> None:
    rows = said(("ann", YES), ("ben", YES), ("cat", YES), ("dan", NO))
    found = verdict(rows, {"dan": Standing(trusted=True)})
    assert (found.counts, found.state) == (4, State.TRUSTED)


def test_trusted_reviewers_who_differ_settle_nothing_by_themselves() -> None:
    both = {name: Standing(trusted=True) for name in ("ann", "ben")}
    assert verdict(said(("ann", YES), ("ben", NO)), both).state is State.OPEN


def test_cannot_tell_of_a_trusted_one_settles_only_if_asked_to_settle() -> None:
    trusted = {"cat": Standing(trusted=True)}
    rows = said(("ann", YES), ("ben", NO), ("cat", UNSURE))
    assert verdict(rows, trusted).state is State.OPEN
    asked = [*rows[:2], replace(rows[2], origin=Origin.SETTLE)]
    found = verdict(asked, trusted)
    assert (found.counts, found.state) == (3, State.TRUSTED)


def test_a_second_look_settles_between_two() -> None:
    rows = [*said(("ann", YES), ("ben", NO)), Given(3, "ann", YES, Origin.SETTLE, 9000)]
    found = verdict(rows, {"ben": Standing(sees=0.99, denies=0.99)})
    assert (found.counts, found.state) == (3, State.LOOKED_AGAIN)
    yielded = [*rows[:2], Given(3, "ann", NO, Origin.SETTLE, 9000)]
    assert verdict(yielded, {}).state is None
    stubborn = [*rows, Given(4, "ben", NO, Origin.SETTLE, 9500)]
    assert verdict(stubborn, {}).state is State.OPEN


def test_a_third_answer_settles_by_weight() -> None:
    found = verdict(said(("ann", YES), ("ben", NO), ("cat", NO)), {})
    assert (found.counts, found.state) == (2, State.WEIGHED)


def test_who_looked_goes_before_what_was_carried() -> None:
    carried = Given(1, "ann", YES, Origin.COPY, 1000)
    looked = Given(2, "ben", NO, Origin.QUEUE, 500)
    found = verdict([carried, looked], {"ann": Standing(trusted=True)})
    assert (found.counts, found.state) == (2, None)


def test_cannot_tell_disagrees_with_nobody() -> None:
    found = verdict(said(("ann", UNSURE), ("ben", NO)), {})
    assert (found.counts, found.state) == (2, None)


def test_one_name_in_two_collections_disagrees_only_unknowingly() -> None:
    here = Given(1, "ann", YES, Origin.QUEUE, 5000)
    there = Given(9, "ann", NO, Origin.QUEUE, 4000, merged=True)
    assert verdict([here, there], {}) == verdict([here, there], {})
    assert verdict([here, there], {}).state is State.OPEN
    assert verdict([here, there], {}).counts == 1
    knowing = [replace(there, id=1), replace(here, id=9)]
    assert verdict(knowing, {}).state is None


def test_nothing_given_has_no_verdict() -> None:
    with pytest.raises(ValueError, match="no verdict"):
        verdict([], {})


def test_what_one_carried_later_does_not_quarrel_with_what_one_said() -> None:
    rows = [
        Given(1, "ben", NO, Origin.QUEUE, 4000),
        Given(2, "ann", UNSURE, Origin.QUEUE, 2000, merged=True),
        Given(3, "ben", YES, Origin.COPY, 5000, merged=True),
    ]
    found = verdict(rows, {})
    assert (found.counts, found.state) == (2, None)


def test_who_differed_from_oneself_and_cannot_tell_now_leaves_it_to_the_others() -> None:
    rows = [
        Given(1, "ann", YES, Origin.QUEUE, 1000),
        Given(2, "ann", NO, Origin.QUEUE, 2000, merged=True),
        Given(3, "ann", UNSURE, Origin.SETTLE, 3000),
        Given(4, "ben", NO, Origin.QUEUE, 4000),
    ]
    assert verdict(rows, {}).counts == 4
    assert verdict(rows, {"ann": Standing(trusted=True)}).counts == 4


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "ben", "cat", "dan"]),
        st.sampled_from(list(Answer)),
        st.sampled_from([Origin.QUEUE, Origin.COPY, Origin.SETTLE, Origin.SECOND]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
CHANCE = st.floats(0.55, 0.99)
STANDINGS = st.fixed_dictionaries(
    {}, optional={n: st.builds(Standing, st.booleans(), CHANCE, CHANCE) for n in ("ann", "ben")}
)


@given(ROWS, STANDINGS, st.randoms(use_true_random=False))
def test_two_collections_with_the_same_answers_come_to_the_same(
    rows: list[tuple[str, Answer, Origin, bool]], standings: dict[str, Standing], random: Random
) -> None:
    here = [
        Given(number, name, answer, origin, 100 * number)
        for number, (name, answer, origin, _) in enumerate(rows, 1)
    ]
    # The order between people is another there; each person's own is kept.
    order = [entry.reviewer for entry in here]
    random.shuffle(order)
    lines = {name: iter([e for e in here if e.reviewer == name]) for name in order}
    mixed = [next(lines[name]) for name in order]
    there = [
        replace(entry, id=50 + place, merged=rows[entry.id - 1][3])
        for place, entry in enumerate(mixed)
    ]
    first, second = verdict(here, standings), verdict(there, standings)
    answers = {entry.id: entry.answer for entry in [*here, *there]}
    assert first.counts in {entry.id for entry in here}
    assert second.counts in {entry.id for entry in there}
    assert answers[first.counts] is answers[second.counts]
    if first.state is not second.state:
        # What one person said in two collections is asked where it was merged.
        assert first.state is None
        assert any(entry.merged for entry in there)


@given(st.lists(st.tuples(st.sampled_from(["ann", "ben"]), st.sampled_from([YES, NO]))), STANDINGS)
def test_log_odds_turn_with_the_answers_of_even_reviewers(
    told: list[tuple[str, Answer]], standings: dict[str, Standing]
) -> None:
    even = {name: Standing(who.trusted, who.sees, who.sees) for name, who in standings.items()}
    turned = [(name, NO if answer is YES else YES) for name, answer in told]
    assert log_odds(told, even) == pytest.approx(-log_odds(turned, even))
