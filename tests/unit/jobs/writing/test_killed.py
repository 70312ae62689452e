"""200 edits, others editing meanwhile, the sender killed between commit and record."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from reviewer.core.outbox import EntryState
from reviewer.core.types import Answer
from tests.servers.loopback import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.jobs.writing.conftest import Bench

EDITS = 200
TAGS = "1girl blue_hair shirt solo"


@pytest.mark.parametrize("kind", ["szurubooru", "danbooru", "e621", "moebooru", "hydrus"])
def test_every_edit_is_made_once_or_parked_and_undo_restores_all(
    bench: Callable[..., Bench], kind: str
) -> None:
    at = bench(kind, dict.fromkeys(range(1, EDITS + 1), TAGS))
    at.site.known |= {"aqua_hair", "smile"}
    wanted = {"aqua_hair": Answer.YES, "blue_hair": Answer.NO}
    at.answer_all(range(1, EDITS + 1), wanted)
    at.queue()
    # A tenth is changed by somebody else between the plan and the write: half of it where we
    # want to write as well, half of it elsewhere.
    changed = random.Random(kind).sample(range(1, EDITS + 1), EDITS // 10)
    overlapping, harmless = set(changed[::2]), set(changed[1::2])
    for number in overlapping:
        at.somebody(number, add="green_hair", remove="blue_hair")
    for number in harmless:
        at.somebody(number, add="smile", remove="shirt")
    before = {number: at.tags(number) for number in range(1, EDITS + 1)}
    at.site.faults = {
        20: Fault(kill=True),
        41: Fault(status=429, headers={"Retry-After": "0"}),
        60: Fault(reset="after"),
        61: Fault(reset="before"),
        90: Fault(kill=True),
        120: Fault(status=503),
        150: Fault(kill=True),
    }
    killed, said = send_through_kills(at, "resume")
    assert killed == 3
    assert at.site.key not in said
    states = at.states()
    for number in range(1, EDITS + 1):
        state, times = states[at.image(number)], at.site.ours()[at.post_id(number)]
        if number in overlapping:
            assert (state, times) == ("conflict", 0)
            assert at.tags(number) == before[number]
        else:
            assert (state, times) == ("done", 1), number
            assert at.tags(number) == (before[number] | {"aqua_hair"}) - {"blue_hair"}
    at.site.faults = {at.site.writes + 70: Fault(kill=True)}
    killed, _ = send_through_kills(at, "undo")
    assert killed == 1
    counts = at.library.outbox.counts("home")
    assert counts == {
        EntryState.DONE: 2 * (EDITS - len(overlapping)),
        EntryState.CONFLICT: len(overlapping),
    }
    assert {number: at.tags(number) for number in before} == before


def send_through_kills(at: Bench, command: str) -> tuple[int, str]:
    """Runs a command, and `resume` after each kill; how often it was killed, and what was said."""
    killed = 0
    while True:
        process = at.command("write-back", command, "home")
        at.site.victim = lambda held=process: held.pid
        out, err = process.communicate(timeout=300)
        if process.returncode == 0:
            return killed, out + err
        assert process.returncode == -9, (out, err)
        killed += 1
        command = "resume"
