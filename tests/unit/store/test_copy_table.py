"""Compared images in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.core.likeness import SAME
from reviewer.core.types import Answer, Decision, Image, Origin, Side
from reviewer.store.copies import Comparison
from reviewer.store.images import ImageRow

if TYPE_CHECKING:
    from reviewer.store.library import Library


@pytest.fixture
def filled(library: Library) -> Library:
    library.tags.add(dict.fromkeys(("cat", "hat")))
    library.images.write(
        [
            ImageRow(None, Image(0, f"{n}.png", 9, bytes([n]) * 32), 1, frozenset())
            for n in range(1, 6)
        ]
    )
    return library


def say(library: Library, image: int, answer: Answer, origin: Origin = Origin.QUEUE) -> None:
    decision = Decision(image, 1, answer, Side.MISSING, 0.5, 0.5, "v1", "me", 1, origin=origin)
    library.decisions.append([decision])


def test_copies_are_found_from_either_side(filled: Library) -> None:
    filled.copies.write(
        [
            Comparison(1, 2, b"ab", SAME),
            Comparison(2, 4, b"cd", 1.0),
            Comparison(3, 4, b"ef", SAME + 0.1),
        ]
    )
    assert filled.copies.of(2) == [1, 4]
    assert filled.copies.of(1) == [2]
    assert filled.copies.of(3) == []
    assert filled.copies.count() == 2
    assert filled.copies.compared() == {(1, 2): b"ab", (2, 4): b"cd", (3, 4): b"ef"}


def test_a_comparison_is_replaced_and_forgotten(filled: Library) -> None:
    filled.copies.write([Comparison(1, 2, b"ab", 1.0)])
    filled.copies.write([Comparison(1, 2, b"xy", 99.0)])
    assert filled.copies.of(1) == []
    filled.copies.forget([(1, 2), (3, 4)])
    assert filled.copies.compared() == {}


def test_a_dispute_needs_yes_and_no_on_copies(filled: Library) -> None:
    filled.copies.write([Comparison(1, 2, b"", 1.0), Comparison(3, 4, b"", 99.0)])
    say(filled, 1, Answer.YES)
    assert not filled.copies.is_disputed(1)
    say(filled, 2, Answer.UNSURE)
    assert not filled.copies.is_disputed(1)
    say(filled, 3, Answer.YES)
    say(filled, 4, Answer.NO)
    assert not filled.copies.is_disputed(1)
    filled.decisions.undo_last("me")
    filled.decisions.undo_last("me")
    filled.decisions.undo_last("me")
    say(filled, 2, Answer.NO, Origin.CONTROL)
    assert not filled.copies.is_disputed(1)
    say(filled, 2, Answer.NO)
    assert filled.copies.is_disputed(1)
    assert not filled.copies.is_disputed(2)
    say(filled, 2, Answer.YES, Origin.COPY)
    assert not filled.copies.is_disputed(1)
    assert filled.copies.carried_to(2, 1)
    assert not filled.copies.carried_to(1, 1)
