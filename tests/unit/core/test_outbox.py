"""What a look at a post calls for, and what a write changed: for all edits and posts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.outbox import Edit, Verdict, backoff_ms, effect, in_words_of, judge

TAGS = st.frozensets(st.sampled_from("abcdefgh"))


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    add = draw(TAGS)
    return Edit(add, draw(TAGS) - add, draw(TAGS) - add)


@given(edit=edits(), now=TAGS)
def test_a_post_is_written_only_where_the_whole_edit_is_still_to_be_made(
    edit: Edit, now: frozenset[str]
) -> None:
    look = judge(edit, now)
    untouched = not (edit.add & now) and edit.remove <= now
    wanted = edit.add <= now and not (edit.remove & now)
    if look.verdict is Verdict.AS_WANTED:
        assert wanted
    elif look.verdict is Verdict.WRITE:
        assert untouched
        assert look.write.add == edit.add
        assert look.write.remove == edit.remove
    else:
        assert not wanted
        assert not untouched
        assert look.sentence


@given(edit=edits(), now=TAGS)
def test_a_settled_conflict_sends_what_is_left(edit: Edit, now: frozenset[str]) -> None:
    look = judge(edit, now, settled=True)
    assert look.verdict is not Verdict.CONFLICT
    after = (now | look.write.add) - look.write.remove
    assert edit.add <= after
    assert not edit.remove & after


@given(edit=edits(), before=TAGS, others_add=TAGS, others_remove=TAGS)
def test_undo_of_what_changed_restores_what_we_changed_and_nothing_else(
    edit: Edit,
    before: frozenset[str],
    others_add: frozenset[str],
    others_remove: frozenset[str],
) -> None:
    look = judge(edit, before)
    if look.verdict is not Verdict.WRITE:
        return
    after = (before | look.write.add) - look.write.remove
    found = effect(look.write, before, after)
    assert not found.refused
    assert (after | found.removed) - found.added == before
    # Somebody edits elsewhere in the same second: theirs is not ours.
    touched = edit.add | edit.remove | edit.follows
    theirs = (after | (others_add - touched)) - (others_remove - touched)
    found = effect(look.write, before, theirs)
    undone = (theirs | found.removed) - found.added
    assert undone == (before | (others_add - touched)) - (others_remove - touched)


@given(edit=edits(), before=TAGS, after=TAGS)
def test_what_was_not_applied_is_told(
    edit: Edit, before: frozenset[str], after: frozenset[str]
) -> None:
    found = effect(edit, before, after)
    assert bool(found.refused) == bool(edit.add - after or edit.remove & after)
    assert found.added <= after - before
    assert found.removed <= before - after


def test_an_edit_takes_the_words_that_the_post_has() -> None:
    there = frozenset({"hatsune_miku", "creator:x"})
    edit = Edit(frozenset({"creator:x"}), frozenset({"character:hatsune miku", "gone"}))

    def key(tag: str) -> str:
        return tag.rpartition(":")[2].replace(" ", "_")

    worded = in_words_of(edit, there, key)
    assert worded.remove == {"hatsune_miku", "gone"}
    assert worded.add == {"creator:x"}


@given(attempt=st.integers(1, 60), jitter=st.floats(0, 1))
def test_waits_double_up_to_a_limit_and_are_spread(attempt: int, jitter: float) -> None:
    usual = min(1000 * 2 ** (attempt - 1), 300_000)
    assert usual // 2 <= backoff_ms(attempt, jitter) <= usual * 3 // 2
