"""What is laid out as pages is read by SQLite as what it was."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.store.rowpages import MOST_COLUMNS, PAGE, Numbers, Texts, as_database, joined, records

Row = tuple[str, bytes, int | None]

ROW = st.tuples(
    st.text(st.characters(codec="utf-8"), max_size=90),
    st.binary(max_size=90),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)


def columns(rows: list[Row]) -> list[Texts | Numbers]:
    texts = [row[0].encode() for row in rows]
    return [
        spans_of(texts, blobs=False),
        spans_of([row[1] for row in rows], blobs=True),
        Numbers(
            np.array([row[2] or 0 for row in rows], np.int64),
            np.array([row[2] is not None for row in rows]),
        ),
    ]


def spans_of(parts: list[bytes], *, blobs: bool) -> Texts:
    ends = np.cumsum([len(part) for part in parts])
    starts = ends - [len(part) for part in parts]
    return Texts(np.frombuffer(b"".join(parts), np.uint8), np.column_stack([starts, ends]), blobs)


def read(content: memoryview[int]) -> list[tuple[int, str, bytes, int | None]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(content)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        assert pages * PAGE == len(content)
        return connection.execute("SELECT rowid, * FROM coming ORDER BY rowid").fetchall()
    finally:
        connection.close()


def laid_out(parts: list[list[Row]], first: int) -> memoryview[int]:
    rows = joined([records(columns(part)) for part in parts])
    return as_database("coming", ["name", "content", "number"], rows, first)


@given(
    st.lists(st.lists(ROW, min_size=1, max_size=9), min_size=1, max_size=3), st.integers(1, 2**40)
)
def test_sqlite_reads_the_rows(parts: list[list[Row]], first: int) -> None:
    rows = [row for part in parts for row in part]
    expected = [(first + place, *row) for place, row in enumerate(rows)]
    assert read(laid_out(parts, first)) == expected


@pytest.mark.parametrize("count", [1, 400, 9000])
def test_many_rows_take_several_pages(count: int) -> None:
    rows: list[Row] = [(f"row {n}", bytes(n % 300), n - 5) for n in range(count)]
    content = laid_out([rows], 7)
    assert read(content) == [(7 + n, *row) for n, row in enumerate(rows)]
    assert (len(content) > 4 * PAGE) == (count == 9000)


@given(
    st.lists(
        st.integers(0, 60)
        # Where a record no longer fits on its page, and where its rest fills pages of its own.
        | st.integers(PAGE - 60, PAGE + 20)
        | st.integers(PAGE + 8150, PAGE + 8210)
        | st.integers(2 * PAGE - 60, 2 * PAGE + 20)
        | st.integers(0, 5 * PAGE),
        min_size=1,
        max_size=6,
    )
)
def test_long_rows_go_on_on_pages_of_their_own(lengths: list[int]) -> None:
    rows: list[Row] = [
        (f"{n}", (b"%d," % n * length)[:length], n) for n, length in enumerate(lengths)
    ]
    assert read(laid_out([rows], 1)) == [(1 + n, *row) for n, row in enumerate(rows)]


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="25 columns"):
        records(columns([("a", b"b", 1)])[:1] * (MOST_COLUMNS + 1))
