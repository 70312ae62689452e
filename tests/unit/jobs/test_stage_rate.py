"""What a stage says of its rate: nothing before it can be known, and never what loading took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.jobs import context
from reviewer.jobs.context import Silent, Stage

if TYPE_CHECKING:
    from reviewer.core.types import Progress


class Heard(Silent):
    """Keeps what was told last."""

    last: Progress

    def progress(self, progress: Progress) -> None:
        """Keeps it."""
        self.last = progress


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def monotonic(self) -> float:
        """The time that was set."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(context, "time", made)
    return made


def test_the_first_image_after_a_long_start_promises_no_hours(clock: Clock):
    heard = Heard()
    stage = Stage(heard, "import", 3_000, "images")
    stage.at(0)
    clock.now += 2
    stage.at(1)
    assert heard.last.done == 1
    assert heard.last.seconds_left is None
    clock.now += 2
    stage.at(1001)
    assert heard.last.rate == pytest.approx(500)
    assert heard.last.seconds_left == pytest.approx(1999 / 500)


def test_what_was_done_in_an_earlier_run_does_not_count_as_fast(clock: Clock):
    heard = Heard()
    stage = Stage(heard, "scan", 1_000, "images")
    stage.at(900)
    clock.now += 10
    stage.at(950)
    assert heard.last.rate == pytest.approx(5)


def test_a_stage_that_counts_seldom_tells_its_rate_at_the_first_count(clock: Clock):
    heard = Heard()
    stage = Stage(heard, "train", 5, "epochs")
    stage.at(0)
    clock.now += 60
    stage.at(1)
    assert heard.last.seconds_left == pytest.approx(240)
