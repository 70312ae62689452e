from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Decision, Image, Side
from reviewer.store.backups import KEPT, daily_copy, damage
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from reviewer.store.restoring import sound_copies

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 11, 21)


def test_a_daily_copy_holds_the_answers_of_an_open_collection(
    library: Library, tmp_path: Path
) -> None:
    library.tags.add({"cat": None})
    library.images.write([ImageRow(None, Image(0, "a.png", 1, b"a" * 32), 1, frozenset())])
    library.decisions.append([Decision(1, 1, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "me", 1)])
    place = library.workspace
    copy = daily_copy(place.database, place.backups, DAY)
    assert copy is not None
    restored = tmp_path / "restored"
    restored.mkdir()
    copy.rename(restored / "collection.db")
    with Library.open(restored) as opened:
        assert opened.decisions.answers(1) == {1: Answer.YES}


def test_there_is_one_copy_a_day_and_the_oldest_go(library: Library) -> None:
    place = library.workspace
    for number in range(KEPT + 3):
        day = DAY + dt.timedelta(days=number)
        assert daily_copy(place.database, place.backups, day) is not None
        assert daily_copy(place.database, place.backups, day) is None
    copies = sorted(path.name for path in place.backups.glob("daily-*.db"))
    assert len(copies) == KEPT
    assert copies[-1] == "daily-20261130.db"


def test_a_copy_is_one_file_that_is_read_without_others_beside_it(library: Library) -> None:
    place = library.workspace
    copy = daily_copy(place.database, place.backups, DAY)
    assert copy is not None
    assert damage(copy) == ""
    assert list(place.backups.iterdir()) == [copy]


def test_a_clock_that_was_years_ahead_does_not_cost_the_copies_of_today(library: Library) -> None:
    place = library.workspace
    for number in range(KEPT):
        daily_copy(place.database, place.backups, dt.date(2099, 1, 1 + number))
    made = daily_copy(place.database, place.backups, DAY)
    assert made is not None
    assert made.exists()
    for number in range(1, KEPT):
        daily_copy(place.database, place.backups, DAY + dt.timedelta(days=number))
    assert made.exists()
    assert not list(place.backups.glob("daily-2099*.db"))


def test_the_copy_with_the_longest_log_is_the_newest_whatever_the_clock_said(
    library: Library,
) -> None:
    place = library.workspace
    library.tags.add({"cat": None})
    library.images.write([ImageRow(None, Image(0, "a.png", 1, b"a" * 32), 1, frozenset())])
    ahead = daily_copy(place.database, place.backups, DAY + dt.timedelta(days=99))
    library.decisions.append([Decision(1, 1, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "me", 1)])
    today = daily_copy(place.database, place.backups, DAY)
    assert ahead is not None
    os.utime(ahead, (2**32, 2**32))
    assert [copy.path for copy in sound_copies(place.backups)] == [today, ahead]
