"""The file that all collections of a person share: tokens, waits, edits of the day."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.core.errors import StoreError
from reviewer.store.pacing import PaceFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pace(tmp_path: Path) -> Iterator[PaceFile]:
    with PaceFile(tmp_path / "data" / "pace.sqlite") as opened:
        yield opened


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    steps=st.lists(st.integers(-200, 3000), min_size=1, max_size=30),
    rate=st.sampled_from([0.5, 2.0]),
    burst=st.integers(1, 4),
)
def test_no_span_of_time_gives_more_tokens_than_the_rate_allows(
    pace: PaceFile, steps: list[int], rate: float, burst: int
) -> None:
    key = f"{steps} {rate} {burst}"
    now, taken = 1_000_000, []
    for step in steps:
        # A clock that is set back gives nothing.
        now += step
        if pace.take(key, rate, burst, now) == 0:
            taken.append(now)
    span = (max([*taken, now]) - min([*taken, 1_000_000])) / 1000
    turned_back = sum(-step for step in steps if step < 0) / 1000
    assert len(taken) <= burst + (span + turned_back) * rate + 1


def test_a_wait_is_exact_and_survives_reopening(pace: PaceFile) -> None:
    assert pace.take("a", 0.5, 1, 1000) == 0
    assert pace.take("a", 0.5, 1, 1500) == 1500
    pace.block("a", 10_000)
    pace.block("a", 9_000)
    with PaceFile(pace.path) as again:
        assert again.take("a", 0.5, 1, 4000) == 6000
        assert again.take("a", 0.5, 1, 10_000) == 0


def test_no_limit_is_no_wait(pace: PaceFile) -> None:
    assert all(pace.take("free", 0.0, 1, 5) == 0 for _ in range(50))


def test_two_windows_share_one_bucket(pace: PaceFile) -> None:
    with PaceFile(pace.path) as other:
        taken = [file.take("site me write", 1.0, 3, 1000) for file in (pace, other, pace, other)]
    assert taken == [0, 0, 0, 1000]
    assert pace.take("site somebody else write", 1.0, 3, 1000) == 0


def test_processes_that_take_at_once_get_no_token_twice(pace: PaceFile) -> None:
    code = (
        "import sys; from pathlib import Path; from reviewer.store.pacing import PaceFile\n"
        "with PaceFile(Path(sys.argv[1])) as pace:\n"
        "    print(sum(pace.take('k', 0.001, 40, 1000) == 0 for _ in range(30)))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(pace.path)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert sum(int(process.communicate(timeout=300)[0]) for process in started) == 40


def test_who_waits_for_another_sees_what_that_one_took(pace: PaceFile) -> None:
    assert pace.take("k", 0.001, 2, 1000) == 0
    other = sqlite3.connect(pace.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE bucket SET tokens = 0")
    looked = threading.Event()
    pace._connection.set_trace_callback(
        lambda said: looked.set() if said.startswith("SELECT") else None
    )

    def commit() -> None:
        # Who does not wait would look by now.
        looked.wait(0.2)
        other.execute("COMMIT")

    ending = threading.Thread(target=commit)
    ending.start()
    assert pace.take("k", 0.001, 2, 1000) > 0
    ending.join()
    other.close()


def test_edits_of_the_day_are_counted_and_forgotten(pace: PaceFile) -> None:
    day = 24 * 3600 * 1000
    for at in (1, 2, day + 5):
        pace.note_sent("site me", at)
    pace.note_sent("site other", 2)
    assert pace.sent_since("site me", 2) == 2
    pace.note_sent("site me", 3 * day + 10)
    assert pace.sent_since("site me", 0) == 1


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "pace.sqlite"
    broken.write_text("no database " * 200)
    with pytest.raises(StoreError, match="often sites were asked"):
        PaceFile(broken)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        PaceFile(tmp_path / "file" / "pace.sqlite")


def test_a_file_that_is_locked_for_good_is_told(
    pace: PaceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.store.pacing._BUSY_S", 0.05)
    holder = sqlite3.connect(pace.path, isolation_level=None)
    with PaceFile(pace.path) as waiting:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            waiting.take("k", 1.0, 1, 0)
        holder.execute("ROLLBACK")
        assert waiting.take("k", 1.0, 1, 0) == 0
    holder.close()
