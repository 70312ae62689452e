from __future__ import annotations

import pytest

from reviewer.ui.queues.rows import QueueRow, QueueRows, RowKind

NAMES = {-1: "best first", 3: "blue hair", 5: "hair ribbon", 7: "chair", 9: "hairband", 11: "dog"}


class Maker:
    """Makes rows, and counts which."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, key: int) -> QueueRow:
        self.made.append(key)
        return QueueRow(RowKind.TAG, key, NAMES[key], "")


def rows_of(make: Maker, current: int = 7) -> QueueRows:
    return QueueRows(list(NAMES), NAMES, make, lambda: current)


def test_rows_are_made_when_they_are_looked_at_and_not_before() -> None:
    make = Maker()
    rows = rows_of(make)
    narrowed = rows.narrowed("hair")
    assert (len(rows), len(narrowed), rows.current_place()) == (6, 4, 3)
    assert make.made == []
    assert rows[1].text == "blue hair"
    assert make.made == [3]


@pytest.mark.parametrize(
    ("needle", "meant", "keys"),
    [
        ("hair", (), [5, 9, 3, 7]),
        ("hair", (7,), [7, 5, 9, 3]),
        ("hair", (11, 9), [11, 9, 5, 3, 7]),
        ("nothing", (), []),
        ("nothing", (11, 4), [11]),
        ("best", (), [-1]),
    ],
)
def test_what_is_meant_comes_first_then_what_begins_so(
    needle: str, meant: tuple[int, ...], keys: list[int]
) -> None:
    assert [row.key for row in rows_of(Maker()).narrowed(needle, meant)] == keys


def test_a_row_that_is_not_shown_is_nowhere() -> None:
    assert rows_of(Maker(), current=4).current_place() == -1
    assert rows_of(Maker()).narrowed("dog").current_place() == -1
    assert list(QueueRows.none()) == []
