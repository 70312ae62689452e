"""A day with a server: pulled, answered, sent, changed there, taken back, pulled again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from reviewer.core.types import Answer
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.pulling import pull
from reviewer.jobs.writing.pace import Pace
from reviewer.jobs.writing.places import connect
from reviewer.sites.live import LiveSite

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tests.unit.jobs.writing.conftest import Bench

IMAGES = range(1, 31)
ADDED, REMOVED = range(1, 9), range(15, 21)


def pull_again(bench: Bench) -> dict[str, Any]:
    site = connect(bench.destination)
    assert isinstance(site, LiveSite)
    clock = bench.clock
    pace = Pace(bench.pace_file, bench.destination, bench.policy, now=clock.now, sleep=clock.sleep)
    try:
        return pull(bench.library, Silent(), bench.destination, site, pace).summary
    finally:
        site.close()


def original(bench: Bench, number: int) -> set[str]:
    image_id = bench.library.images.known_files()[bench.image(number)].id
    vocabulary = bench.library.vocabulary()
    return {vocabulary.name(tag) for tag in bench.library.images.original_tags(image_id)}


@pytest.mark.parametrize("kind", ["hydrus", "szurubooru"])
def test_what_one_sees_is_what_the_server_has(bench: Callable[..., Bench], kind: str) -> None:
    day = bench(kind, {n: "1girl solo" + (" hat" if n in REMOVED else "") for n in IMAGES})
    for number in IMAGES:
        content = (day.library.folder / day.image(number)).read_bytes()
        sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        day.site.posts[day.post_id(number)].sha1 = sha1
    assert pull_again(day)["posts"] == len(IMAGES)
    now = day.clock.now()
    day.answer_all(ADDED, {"hat": Answer.YES}, answered_at=now)
    day.answer_all(REMOVED, {"hat": Answer.NO}, answered_at=now)
    # Others are at work there: the same wishes, and another tag.
    day.somebody(1, add="hat")
    day.somebody(2, remove="1girl")
    day.somebody(15, remove="hat")
    day.queue(new_allowed=True)
    day.send()
    assert pull_again(day)["contradicted"] == 0
    assert all(original(day, number) == day.tags(number) for number in IMAGES)
    assert not day.plan().edits

    # What the person takes back is no news at the next pull, and is not sent again by itself.
    day.clock.sleep(1)
    day.undo()
    assert pull_again(day)["contradicted"] == 0
    assert all(original(day, number) == day.tags(number) for number in IMAGES)
    assert "hat" not in original(day, 3)
    assert "hat" in original(day, 16)
    assert not day.plan().edits
    assert not list(day.library.flags.all())

    # What somebody else does against an answer is; and what is answered again is sent again.
    day.somebody(1, remove="hat")
    assert pull_again(day)["contradicted"] == 1
    day.clock.sleep(1)
    day.answer(3, "hat", Answer.YES, answered_at=day.clock.now())
    assert {edit.path for edit in day.plan().edits} >= {day.image(3)}
