"""Names of strangers on a screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.visible import visible

STEERS = "\x1b\x07\r\x9b\x7f\u200b\u2028\u202e\u2066\ufeff"


def test_what_steers_a_terminal_or_turns_the_line_round_is_written_out() -> None:
    assert visible("\x1b]0;mine\x07.png") == r"\x1b]0;mine\x07.png"
    assert visible("photo\u202egnp.exe") == r"photo\u202egnp.exe"
    assert visible("a\nb\tc\rd") == r"a\x0ab\x09c\x0dd"
    assert visible("a\nb\tc\rd", lines=True) == "a\nb\tc\\x0dd"


def test_words_of_every_script_stay() -> None:
    # Emoji and Persian words are held together, and apart, by signs that are not printed.
    for name in ("初音ミク", "e\u0301", "שלום", "👩\u200d🎤", "\u0645\u06cc\u200c\u062e", "^_^"):
        assert visible(name) == name


@given(st.text(st.characters() | st.sampled_from(STEERS)))
def test_nothing_that_steers_is_left_and_doing_it_again_changes_nothing(text: str) -> None:
    shown = visible(text)
    assert not set(shown) & set(STEERS)
    assert not any(ord(letter) < 32 for letter in shown)
    assert visible(shown) == shown
