"""Orders and the layout of queues."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.errors import UsageError
from reviewer.core.ranking.order import ORDERS, OrderView, laid_out, order_by


def view(seed: int = 0, size: int = 50) -> OrderView:
    rng = np.random.default_rng(seed)
    chance = rng.random(size)
    return OrderView(
        tag=rng.integers(0, 5, size).astype(np.int32),
        suspicion=chance,
        frequency=rng.integers(1, 1000, size),
        seed=seed,
    )


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_every_order_gives_a_priority_of_0_or_more(name: str):
    seen = view()
    priority = order_by(name)(seen)
    assert priority.shape == seen.suspicion.shape
    assert (priority >= 0).all()
    assert (order_by(name)(view()) == priority).all()


def test_what_each_order_puts_first():
    seen = view()
    assert order_by("errors")(seen).argmax() == seen.suspicion.argmax()
    nearest = np.abs(seen.suspicion - 0.5).argmin()
    assert order_by("uncertainty")(seen).argmax() == nearest
    even = OrderView(seen.tag, np.full(50, 0.5), seen.frequency, 0)
    assert order_by("rare")(even).argmax() == seen.frequency.argmin()
    other = OrderView(seen.tag, seen.suspicion, seen.frequency, 1)
    assert (order_by("random")(seen) != order_by("random")(other)).any()


def test_an_unknown_order_is_refused_with_the_names_of_the_known():
    with pytest.raises(UsageError, match="errors"):
        order_by("magnitude")


@given(
    seed=st.integers(0, 1000),
    size=st.integers(0, 80),
    groups=st.integers(1, 20),
)
@settings(max_examples=60)
def test_layout_keeps_every_pair_and_parts_near_duplicates(seed: int, size: int, groups: int):
    rng = np.random.default_rng(seed)
    tag = np.sort(rng.integers(0, 3, size)).astype(np.int32)
    row = np.arange(size, dtype=np.int32)
    group = rng.integers(0, groups, max(size, 1))
    order = laid_out(tag, row, rng.random(size), group)
    assert sorted(order.tolist()) == list(range(size))
    assert (np.diff(tag[order]) >= 0).all()
    for one in np.unique(tag):
        mine = group[row[order[tag[order] == one]]]
        for at in np.flatnonzero(mine[1:] == mine[:-1]) + 1:
            # Two of a kind stand together only where nothing else is left.
            assert (mine[at:] == mine[at]).all()


def test_without_groups_a_queue_is_sorted_by_priority():
    tag = np.array([0, 0, 0, 1, 1], np.int32)
    order = laid_out(tag, np.arange(5, dtype=np.int32), np.array([0.1, 0.9, 0.5, 0.2, 0.3]), None)
    assert order.tolist() == [1, 2, 0, 4, 3]


def test_quick_answers_come_first_in_the_order_of_value():
    seen = view()
    even = replace(seen, suspicion=np.full(50, 0.4), cost=np.linspace(3.0, 1.0, 50))
    assert order_by("value")(even).argmax() == 49
    assert order_by("value")(seen) == pytest.approx(seen.suspicion)


def test_what_the_version_does_not_expect_comes_first_in_the_order_of_learning():
    seen = view()
    even = replace(
        seen,
        suspicion=np.full(50, 0.4),
        frequency=np.full(50, 9),
        surprise=np.linspace(0.0, 1.0, 50),
    )
    assert order_by("learning")(even).argmax() == 49
    rarer = replace(even, surprise=np.ones(50), frequency=np.arange(50, 0, -1))
    assert order_by("learning")(rarer).argmax() == 49


def test_an_artist_fills_no_page_while_others_are_as_likely():
    size = 40
    tag, row = np.zeros(size, np.int32), np.arange(size, dtype=np.int32)
    priority = np.linspace(0.5, 0.45, size)
    kin = np.where(row < 20, 7, -1).astype(np.int64)
    alone = laid_out(tag, row, priority, None)
    spread = laid_out(tag, row, priority, None, kin)
    assert sorted(spread.tolist()) == alone.tolist()
    assert (kin[alone[:20]] == 7).sum() == 20
    assert 2 <= (kin[spread[:20]] == 7).sum() <= 12
    # An artist whose images are far more likely comes first all the same.
    clear = np.where(kin == 7, 0.9, 0.3)
    assert (kin[laid_out(tag, row, clear, None, kin)[:20]] == 7).all()
