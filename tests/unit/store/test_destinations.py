"""Destinations as they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import UsageError
from reviewer.core.outbox import Destination

if TYPE_CHECKING:
    from reviewer.store.library import Library


def test_destinations_are_set_up_changed_and_forgotten(library: Library) -> None:
    place = Destination("home", "szurubooru", "https://example.org", "me", daily_cap=5, paused=True)
    library.destinations.put(place)
    assert library.destinations.all() == [place]
    with pytest.raises(UsageError, match="Set up: home"):
        library.destinations.get("other")
    library.destinations.remove("home")
    assert library.destinations.all() == []
