"""The outbox as it is kept: one open entry a post, batches, what can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reviewer.core.outbox import Destination, Edit, Entry, EntryState
from reviewer.core.types import Image
from reviewer.store.images import ImageRow
from reviewer.store.outbox import NewEntry

if TYPE_CHECKING:
    from reviewer.store.library import Library

EDIT = Edit(frozenset({"a", "^_^"}), frozenset({"b"}), frozenset({"c"}), frozenset({"a"}))


@pytest.fixture
def kept(library: Library) -> Library:
    """Two images and a destination."""
    rows = [
        ImageRow(None, Image(0, f"{n}.png", 1, bytes([n]) * 32), n, frozenset()) for n in (1, 2)
    ]
    library.images.write(rows)
    library.destinations.put(Destination("home", "szurubooru"))
    return library


def entries(library: Library, *states: EntryState) -> list[Entry]:
    return library.outbox.all("home", states)


def test_an_entry_comes_back_as_it_was_saved(kept: Library) -> None:
    batch = kept.outbox.put("home", [NewEntry(1, "7", EDIT, "why")], EntryState.DRAFT, 5)
    (entry,) = entries(kept)
    assert entry == Entry(1, batch, "home", 1, "1.png", "7", EDIT, problem="why", changed_at=5)
    changed = replace(
        entry,
        state=EntryState.DONE,
        problem="",
        settled=True,
        new_allowed=True,
        attempts=3,
        next_try=9,
        before=frozenset({"b"}),
        before_version="4",
        after=frozenset({"a", "^_^"}),
        after_version="5",
        did_add=frozenset({"a"}),
        did_remove=frozenset({"b"}),
        changed_at=10,
    )
    kept.outbox.save(changed)
    assert kept.outbox.get(1) == changed
    assert kept.outbox.seen("home") == {1: ("7", frozenset({"a", "^_^"}))}
    with pytest.raises(KeyError):
        kept.outbox.get(2)


def test_a_post_has_one_open_entry_and_drafts_go_with_the_next_plan(kept: Library) -> None:
    kept.outbox.put("home", [NewEntry(1, "7", EDIT)], EntryState.QUEUED, 1)
    kept.outbox.put("home", [NewEntry(1, "7", EDIT), NewEntry(2, "8", EDIT)], EntryState.DRAFT, 2)
    assert [(e.remote_id, e.state.value) for e in entries(kept)] == [
        ("7", "queued"),
        ("8", "draft"),
    ]
    assert kept.outbox.draft_paths("home") == {"2.png"}
    assert kept.outbox.open_posts("home") == {"7"}
    kept.outbox.forget_drafts("home")
    assert [e.remote_id for e in entries(kept)] == ["7"]
    assert kept.outbox.counts("home") == {EntryState.QUEUED: 1}


def test_what_was_begun_comes_before_what_waits(kept: Library) -> None:
    new = [NewEntry(1, "7", EDIT), NewEntry(2, "8", EDIT), NewEntry(2, "9", EDIT)]
    kept.outbox.put("home", new, EntryState.QUEUED, 1)
    first, second, third = entries(kept)
    kept.outbox.save(replace(second, state=EntryState.SENDING))
    kept.outbox.save(replace(first, next_try=50))
    order = []
    while (entry := kept.outbox.next("home")) is not None:
        order.append(entry.remote_id)
        kept.outbox.save(replace(entry, state=EntryState.DONE, changed_at=len(order)))
    assert order == ["8", "9", "7"]
    assert third.remote_id == "9"
    latest = kept.outbox.latest("home", (EntryState.DONE,), 2)
    assert [entry.remote_id for entry in latest] == ["7", "9"]


def test_a_batch_is_taken_back_once(kept: Library) -> None:
    batch = kept.outbox.put("home", [NewEntry(1, "7", EDIT)], EntryState.QUEUED, 1)
    assert kept.outbox.last_batch("home") is None
    (entry,) = entries(kept)
    done = replace(entry, state=EntryState.DONE, did_add=EDIT.add, before=frozenset(), changed_at=8)
    kept.outbox.save(done)
    assert kept.outbox.last_batch("home") == batch
    assert kept.outbox.written_since("home", 8) == 1
    assert kept.outbox.written_since("home", 9) == 0
    undo = NewEntry(1, "7", Edit(remove=EDIT.add), undoes=entry.id)
    kept.outbox.put("home", [undo], EntryState.QUEUED, 9)
    assert kept.outbox.last_batch("home") is None
    assert kept.outbox.taken_back("home") == {entry.id}
    assert kept.outbox.left_alone("home") == {}
    (_, taken) = entries(kept)
    kept.outbox.save(replace(taken, state=EntryState.DONE, changed_at=12))
    assert kept.outbox.left_alone("home") == {1: dict.fromkeys(EDIT.add | EDIT.remove, 12)}
