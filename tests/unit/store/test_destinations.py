"""Destinations and token buckets as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path


def test_destinations_are_set_up_changed_and_forgotten(library: Library) -> None:
    place = Destination("home", "szurubooru", "https://example.org", "me", daily_cap=5, paused=True)
    library.destinations.put(place)
    assert library.destinations.all() == [place]
    with pytest.raises(UsageError, match="Set up: home"):
        library.destinations.get("other")
    library.destinations.remove("home")
    assert library.destinations.all() == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    steps=st.lists(st.integers(-200, 3000), min_size=1, max_size=30),
    rate=st.sampled_from([0.5, 2.0]),
    burst=st.integers(1, 4),
)
def test_no_span_of_time_gives_more_tokens_than_the_rate_allows(
    library: Library, steps: list[int], rate: float, burst: int
) -> None:
    key = f"{steps} {rate} {burst}"
    now, taken = 1_000_000, []
    for step in steps:
        # A clock that is set back gives nothing.
        now += step
        if library.buckets.take(key, rate, burst, now) == 0:
            taken.append(now)
    high = now
    for start in range(len(taken)):
        for end in range(start, len(taken)):
            high = max(high, *taken[start : end + 1])
    span = (max([*taken, now]) - min([*taken, 1_000_000])) / 1000
    turned_back = sum(-step for step in steps if step < 0) / 1000
    assert len(taken) <= burst + (span + turned_back) * rate + 1


def test_a_wait_is_exact_and_survives_reopening(library: Library) -> None:
    assert library.buckets.take("a", 0.5, 1, 1000) == 0
    wait = library.buckets.take("a", 0.5, 1, 1500)
    assert wait == 1500
    library.buckets.block("a", 10_000)
    library.buckets.block("a", 9_000)
    place, folder = library.workspace.path, library.folder
    with Library.open(place, folder=folder) as again:
        assert again.buckets.take("a", 0.5, 1, 4000) == 6000
        assert again.buckets.take("a", 0.5, 1, 10_000) == 0


def test_no_limit_is_no_wait(library: Library, tmp_path: Path) -> None:
    assert all(library.buckets.take("free", 0.0, 1, 5) == 0 for _ in range(50))
