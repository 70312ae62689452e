"""Presets and own keys: one key, one command in every view, whatever a person sets."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.bindings import PRESETS, Bindings, Preset, meet, preset
from reviewer.core.commands import (
    ARROWS,
    COMMANDS,
    LEFT_CLICK,
    MIDDLE_CLICK,
    RIGHT_CLICK,
    WHEEL_DOWN,
    Command,
    View,
    command,
    commands_in,
)

IDS = [entry.id for entry in COMMANDS]
KEYS = sorted({key for entry in COMMANDS for key in entry.keys} | {"F2", "Ctrl+K", RIGHT_CLICK})
PLAIN = [entry.id for entry in COMMANDS if not entry.numbered]
presets = st.sampled_from([entry.id for entry in PRESETS])
some_keys = st.lists(st.sampled_from(KEYS), max_size=4).map(tuple)
own = st.dictionaries(st.sampled_from(PLAIN), some_keys)
bindings = st.builds(Bindings, presets, own)


def keys_of(bound: Bindings, command_id: str) -> tuple[str, ...]:
    return next(entry.keys for entry in bound.commands() if entry.id == command_id)


@given(bindings)
def test_no_key_stands_for_two_commands_of_a_view(bound: Bindings):
    for view in (View.SINGLE, View.GRID):
        keys = [key for entry in commands_in(view, bound.commands()) for key in entry.keys if key]
        assert [key for key, times in Counter(keys).items() if times > 1] == []


@given(bindings)
def test_the_table_keeps_its_commands_and_their_order(bound: Bindings):
    assert [entry.id for entry in bound.commands()] == IDS


@given(bindings, st.sampled_from(PLAIN), st.sampled_from(KEYS))
def test_a_key_that_is_given_is_had_and_taken_from_the_others(
    bound: Bindings, command_id: str, key: str
):
    before = bound.holder(key, command_id)
    after = bound.given(command_id, (*keys_of(bound, command_id), key))
    assert key in keys_of(after, command_id)
    assert after.holder(key, command_id) is None
    if before is not None:
        assert key not in keys_of(after, before.id)
    for was, now in zip(bound.commands(), after.commands(), strict=True):
        # A key that was only lent because the usual one was taken goes when that one is back.
        lost = {name for name in set(was.keys) - set(now.keys) if not name.startswith("Ctrl+")}
        # Where a numbered command lacks a key its place is kept by an empty name.
        assert lost <= {key, ""}, was.id


@given(bindings)
def test_numbered_keys_keep_their_places(bound: Bindings):
    for entry in bound.commands():
        usual = preset(bound.preset).keys.get(entry.id, command(entry.id).keys)
        if entry.numbered:
            assert len(entry.keys) == len(usual)
            assert all(key in {"", usual[n]} for n, key in enumerate(entry.keys))


@pytest.mark.parametrize("chosen", [entry.id for entry in PRESETS])
def test_every_preset_leaves_every_command_within_reach(chosen: str):
    for entry in Bindings(chosen).commands():
        assert any(entry.keys), entry.id


@pytest.mark.parametrize("chosen", PRESETS, ids=lambda entry: entry.id)
def test_a_preset_names_commands_that_there_are_and_gets_all_that_it_asks_for(chosen: Preset):
    for command_id, keys in chosen.keys.items():
        assert keys_of(Bindings(chosen.id), command_id) == keys


def test_the_usual_keys_are_those_of_the_table():
    assert Bindings().commands() == COMMANDS
    assert preset("no such preset") is PRESETS[0]


@pytest.mark.parametrize(
    ("chosen", "answers"),
    [
        ("prodigy", ("A", "X", "Space")),
        ("hydrus", (LEFT_CLICK, RIGHT_CLICK, "Space")),
        ("two-hands", ("F", "J", "Space")),
        ("numpad", ("Num+1", "Num+2", "Num+3")),
        ("danbooru", ("J", "K", "Space")),
    ],
)
def test_the_answers_of_each_preset(chosen: str, answers: tuple[str, str, str]):
    bound = Bindings(chosen)
    given_keys = [keys_of(bound, f"answer.{word}")[0] for word in ("yes", "no", "unsure")]
    assert tuple(given_keys) == answers


@pytest.mark.parametrize("chosen", [entry.id for entry in PRESETS])
@pytest.mark.parametrize("word", ["yes", "no"])
def test_a_key_that_answers_never_says_anything_else_in_the_grid(chosen: str, word: str):
    answers = set(keys_of(Bindings(chosen), f"answer.{word}"))
    for entry in commands_in(View.GRID, Bindings(chosen).commands()):
        if entry.id != f"grid.{word}":
            assert not answers & set(entry.keys), entry.id


def test_a_number_pad_moves_in_the_grid_as_the_arrows_do():
    assert keys_of(Bindings("numpad"), "grid.move")[: len(ARROWS)] == ARROWS
    assert len(keys_of(Bindings("numpad"), "grid.move")) % len(ARROWS) == 0


def test_hydrus_keeps_its_other_habits():
    bound = Bindings("hydrus")
    assert keys_of(bound, "undo")[:2] == (MIDDLE_CLICK, "Backspace")
    assert "Delete" in keys_of(bound, "answer.no")
    assert keys_of(bound, "next")[0] == "Up"
    assert WHEEL_DOWN in keys_of(bound, "next")


def test_a_command_that_a_preset_takes_the_key_from_gets_it_with_ctrl():
    assert keys_of(Bindings("two-hands"), "flag") == ("Ctrl+F",)
    assert keys_of(Bindings("two-hands"), "jobs") == ("Ctrl+J",)


def test_one_key_may_mean_one_thing_in_each_view():
    move, flip = command("next"), command("grid.flip")
    assert not meet(move, flip)
    assert meet(move, command("undo"))
    assert Bindings().given("grid.flip", ("A",)).holder("A", "answer.yes") is None


def test_what_a_person_took_away_stays_away():
    bound = Bindings().given("flag", ())
    assert keys_of(bound, "flag") == ()
    assert keys_of(bound.reset("flag"), "flag") == ("F",)


def test_a_key_taken_from_a_numbered_command_leaves_its_place_empty():
    table = (
        Command("digits", "Digits", ("1", "2", "3"), "G", numbered=True, brief="1 to 3"),
        Command("other", "Other", ("O",), "G"),
    )
    digits, other = Bindings(own={"other": ("2",)}).commands(table)
    assert digits.keys == ("1", "", "3")
    assert digits.brief == ""
    assert other.keys == ("2",)
