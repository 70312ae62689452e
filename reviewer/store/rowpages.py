"""Rows in columns, laid out as the pages of an SQLite file: the quickest way into a table.

To bind ten values a row costs several times what SQLite itself needs to take the row in, and keeps
the interpreter busy meanwhile. Rows that are SQLite's already are taken in with one statement,
`INSERT ... SELECT`, from a database in memory whose content was laid out here, in machine code.
It has one table; the rows are checked where they go in. The layout (records, leaf pages, one page
above these, overflow) is that of https://www.sqlite.org/fileformat2.html, which never changes.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reviewer.core.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PAGE = 1 << 16
"""Bytes of a page, the most that SQLite knows."""

MOST_COLUMNS = 24
"""So that the length of a record's header takes one byte."""

_MOST_LOCAL = PAGE - 35
"""Bytes of a record that stand on its own page; of a longer one the rest is on pages of its own."""

_LEAST_LOCAL = (PAGE - 12) * 32 // 255 - 23
_CHAINED = PAGE - 4
"""Bytes on a page of a long record's rest, after the number of the next page."""

_LEAF, _INTERIOR = 13, 5
_TEXT, _BLOB, _NULL, _INTEGER = 13, 12, 0, 6
"""Types in a record's header: of nothing, of an empty text or blob, of a number of eight bytes."""

_PAGES_AT = 28
"""Where the header of a file has the number of its pages."""


class Texts(NamedTuple):
    """A column of texts.

    Attributes:
        raw: (B,) uint8, UTF-8.
        spans: (N, 2) integers, where the text of each row begins and ends in it.
        blobs: Whether they are bytes instead.
    """

    raw: NDArray[np.uint8]
    spans: NDArray[np.integer]
    blobs: bool = False

    def take(self, rows: NDArray[np.int64]) -> Texts:
        """Some of the rows."""
        return self._replace(spans=self.spans[rows])


class Numbers(NamedTuple):
    """A column of whole numbers.

    Attributes:
        values: (N,) int64.
        known: (N,) bool; where not, there is none.
    """

    values: NDArray[np.int64]
    known: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> Numbers:
        """Some of the rows."""
        return Numbers(self.values[rows], self.known[rows])


class Records(NamedTuple):
    """Rows as SQLite has them.

    Attributes:
        raw: (B,) uint8, one after another.
        ends: (N,) int64.
    """

    raw: NDArray[np.uint8]
    ends: NDArray[np.int64]


def records(columns: Sequence[Texts | Numbers]) -> Records:
    """Rows of some columns, at most `MOST_COLUMNS`, of equal lengths."""
    if len(columns) > MOST_COLUMNS:
        raise ValueError(f"{len(columns)} columns")
    count = len(columns[0][1])
    heads, bodies = np.ones(count, np.int64), np.zeros(count, np.int64)
    for column in columns:
        if isinstance(column, Texts):
            lengths = (column.spans[:, 1] - column.spans[:, 0]).astype(np.int64)
            compiled(_measure, _width)(lengths, _base(column), heads)
            bodies += lengths
        else:
            heads += 1
            bodies += 8 * column.known
    ends = np.cumsum(heads + bodies)
    raw = np.empty(int(ends[-1]) if count else 0, np.uint8)
    body = ends - bodies
    head = body - heads
    raw[head] = heads
    head += 1
    for column in columns:
        if isinstance(column, Texts):
            spans = np.ascontiguousarray(column.spans, np.int64)
            put = compiled(_put_texts, _width, _put_number)
            put(_frozen(column.raw), spans, _base(column), raw, (head, body))
        else:
            compiled(_put_integers)(column.values, column.known, raw, (head, body))
    return Records(raw, ends)


def joined(parts: Sequence[Records]) -> Records:
    """The rows of several, one after another."""
    if len(parts) == 1:
        return parts[0]
    before = np.cumsum([0, *(len(part.raw) for part in parts)]).tolist()
    ends = [part.ends + start for part, start in zip(parts, before, strict=False)]
    return Records(np.concatenate([part.raw for part in parts]), np.concatenate(ends))


def as_database(table: str, columns: Sequence[str], rows: Records, first: int) -> memoryview[int]:
    """An SQLite file with one table.

    Args:
        table: Its name.
        columns: Their names.
        rows: At least one, of these columns; together less than 100 megabytes.
        first: `rowid` of the first row, 1 or more; the others follow.
    """
    empty = np.frombuffer(_empty(table, tuple(columns)), np.uint8)
    raw, ends = rows
    lengths = np.diff(ends, prepend=0)
    # Two pages in succession hold more than one can; what is chained begins a page a record.
    most = 2 * len(raw) // (PAGE - 1024) + 2 * int((lengths > _MOST_LOCAL).sum()) + 4
    pages = np.zeros((most, PAGE), np.uint8)
    pages[0] = empty[:PAGE]
    leaves = np.zeros((most, 2), np.int64)
    used = compiled(_lay_out, _width, _put_number, _chain, _close_leaf, _put_root)(
        raw, ends, first, pages, leaves
    )
    pages[0, _PAGES_AT : _PAGES_AT + 4] = np.frombuffer(int(used).to_bytes(4, "big"), np.uint8)
    return pages[:used].data.cast("B")


@cache
def _empty(table: str, columns: tuple[str, ...]) -> bytes:
    """The file without a row: a page with the schema, and one that is the table's root."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "empty.sqlite"
        connection = sqlite3.connect(path)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE}")
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        finally:
            connection.close()
        return path.read_bytes()


def _base(column: Texts) -> int:
    return _BLOB if column.blobs else _TEXT


def _frozen(raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A view that cannot be written: the loop is compiled for such arrays alone."""
    view = raw.view()
    view.flags.writeable = False
    return view


def _width(number: int) -> int:
    """Bytes of a number in groups of seven bits."""
    width = 1
    while number > 127:
        number >>= 7
        width += 1
    return width


def _put_number(raw: NDArray[np.uint8], at: int, number: int, width: int) -> int:
    """Writes a number in groups of seven bits, the highest first; returns where it ends."""
    for place in range(width):
        group = (number >> (7 * (width - 1 - place))) & 127
        raw[at + place] = group | 128 if place < width - 1 else group
    return at + width


def _measure(lengths: NDArray[np.int64], base: int, heads: NDArray[np.int64]) -> None:
    for row in range(len(lengths)):
        heads[row] += _width(base + 2 * lengths[row])


def _put_texts(
    raw: NDArray[np.uint8],
    spans: NDArray[np.int64],
    base: int,
    out: NDArray[np.uint8],
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    heads, bodies = places
    for row in range(len(spans)):
        low, high = spans[row]
        kind = base + 2 * (high - low)
        heads[row] = _put_number(out, heads[row], kind, _width(kind))
        at = bodies[row]
        for place in range(high - low):
            out[at + place] = raw[low + place]
        bodies[row] = at + high - low


def _put_integers(
    values: NDArray[np.int64],
    known: NDArray[np.bool_],
    out: NDArray[np.uint8],
    places: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    heads, bodies = places
    for row in range(len(values)):
        out[heads[row]] = _INTEGER if known[row] else _NULL
        heads[row] += 1
        if known[row]:
            for place in range(8):
                out[bodies[row] + place] = (values[row] >> (56 - 8 * place)) & 255
            bodies[row] += 8


def _lay_out(
    raw: NDArray[np.uint8],
    ends: NDArray[np.int64],
    first: int,
    pages: NDArray[np.uint8],
    leaves: NDArray[np.int64],
) -> int:
    """Fills pages with rows; returns how many there are then."""
    # The table's root is the second page: it is the first leaf until there are more.
    leaf, used, held, low, count, start = 1, 2, 0, PAGE, 0, 0
    for row in range(len(ends)):
        size = ends[row] - start
        local = size
        if size > _MOST_LOCAL:
            local = _LEAST_LOCAL + (size - _LEAST_LOCAL) % _CHAINED
            if local > _MOST_LOCAL:
                local = _LEAST_LOCAL
        widths = _width(size), _width(first + row)
        cell = widths[0] + widths[1] + local + (4 if local < size else 0)
        if low - cell < 10 + 2 * held:
            _close_leaf(pages[leaf], held, low)
            leaves[count, 0], leaves[count, 1] = leaf, first + row - 1
            count, leaf, used, held, low = count + 1, used, used + 1, 0, PAGE
        low -= cell
        page = pages[leaf]
        at = _put_number(page, low, size, widths[0])
        at = _put_number(page, at, first + row, widths[1])
        for place in range(local):
            page[at + place] = raw[start + place]
        if local < size:
            used = _chain(raw, (start + local, ends[row]), page, at + local, (pages, used))
        page[8 + 2 * held], page[9 + 2 * held] = low >> 8, low & 255
        held, start = held + 1, ends[row]
    _close_leaf(pages[leaf], held, low)
    leaves[count, 0], leaves[count, 1] = leaf, first + len(ends) - 1
    if count > 0:
        used = _put_root(pages, used, leaves, count)
    return used


def _chain(
    raw: NDArray[np.uint8],
    rest: tuple[int, int],
    page: NDArray[np.uint8],
    at: int,
    to: tuple[NDArray[np.uint8], int],
) -> int:
    """Puts the rest of a long record on pages of its own; returns how many pages there are then.

    The number of the first of these goes to where the record ends on its own page.
    """
    pages, used = to
    start, stop = rest
    while start < stop:
        for place in range(4):
            page[at + place] = ((used + 1) >> (24 - 8 * place)) & 255
        page, at, used = pages[used], 0, used + 1
        count = min(stop - start, _CHAINED)
        for place in range(count):
            page[4 + place] = raw[start + place]
        start += count
    return used


def _close_leaf(page: NDArray[np.uint8], held: int, low: int) -> None:
    page[0] = _LEAF
    page[3], page[4] = held >> 8, held & 255
    # An empty page's content would begin at 65536, for which 0 stands.
    page[5], page[6] = (low >> 8) & 255, low & 255


def _put_root(pages: NDArray[np.uint8], used: int, leaves: NDArray[np.int64], last: int) -> int:
    """Makes the second page that of the numbers of all leaves; the one there moves to the end."""
    pages[used] = pages[1]
    pages[1] = 0
    leaves[0, 0] = used
    root, low = pages[1], PAGE
    for entry in range(last + 1):
        number, key = leaves[entry, 0] + 1, leaves[entry, 1]
        at = 8
        if entry < last:
            low -= 4 + _width(key)
            at = low
            _put_number(root, low + 4, key, _width(key))
            root[12 + 2 * entry], root[13 + 2 * entry] = low >> 8, low & 255
        for place in range(4):
            root[at + place] = (number >> (24 - 8 * place)) & 255
    root[0] = _INTERIOR
    root[3], root[4] = last >> 8, last & 255
    root[5], root[6] = low >> 8, low & 255
    return used + 1
