"""What the queue list says, kept up to date one tag at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.feed import Mode
from reviewer.core.types import Category
from reviewer.ui.queues.rows import QueueRow, QueueRows, RowKind
from reviewer.ui.theme import shown_name
from reviewer.ui.words import promise

if TYPE_CHECKING:
    from reviewer.core.review.session import ReviewSession
    from reviewer.core.types import QueueSummary

_DOT = "  \N{MIDDLE DOT}  "


_KEYS = {
    Mode.BEST: -1,
    Mode.FLAGGED: -2,
    Mode.DISAGREEMENTS: -3,
    Mode.AUDIT: -4,
    Mode.IMPLIED: -5,
    Mode.KEPT_OUT: -6,
    Mode.UNSURE: -7,
    Mode.DOUBTED: -8,
}
"""Of the rows that stand for no tag."""


def queue_detail(entry: QueueSummary, *, proven: bool) -> str:
    """What is left of a queue, what it promises, and what it has yielded."""
    parts = [f"{entry.left:,} left", promise(entry.expected_fixes, "fixes", proven=proven)]
    if entry.answered:
        parts.append(f"{entry.fixed / entry.answered:.0%}")
    return _DOT.join(parts)


class QueueBoard:
    """Order and figures of the queues.

    The order is that of the last `rebuild`: rows do not move while a person answers. One answer
    costs one queue's summary, however many queues there are.

    Attributes:
        expected: Fixes expected among all questions left.
    """

    def __init__(self, session: ReviewSession) -> None:
        """Reads the queues of a session."""
        self._session = session
        self._order: list[int] = []
        self._out: list[int] = []
        self._promise: dict[int, float] = {}
        self._touched: set[int] = set()
        self._known: dict[int, tuple[QueueSummary, tuple[bool, bool], QueueRow]] = {}
        self._names: dict[int, str] = {}
        self._heads: dict[int, QueueRow] = {}
        self._seen: tuple[Mode, int | None] | None = None
        self.expected = 0.0
        self.rebuild()

    def rebuild(self) -> None:
        """Sorts the queues anew, the most promising first."""
        entries = self._session.feed.book.summaries()
        self._order = [entry.tag_id for entry in entries]
        self._promise = {entry.tag_id: entry.expected_fixes for entry in entries}
        self.expected = sum(self._promise.values())
        self._out = self._left_out()
        self._touched.clear()
        self._seen = self._place()

    def touch(self, tag_id: int) -> None:
        """Notes that something about a tag changed."""
        self._touched.add(tag_id)

    @property
    def moved(self) -> bool:
        """Whether questions come from elsewhere than at the last `rebuild`."""
        return self._seen != self._place()

    def rows(self) -> QueueRows:
        """All rows, those of tags that are left out at the end."""
        keys = [*self._write_heads(), *self._order, *self._out]
        naming = self._session.vocabulary.name
        for key in keys:
            if key not in self._names:
                self._names[key] = shown_name(naming(key)).lower()
        return QueueRows(keys, self._names, self._row, self._current)

    def changed(self) -> list[int]:
        """Keys of the rows that changed since they were last asked for."""
        for tag_id in self._touched.difference(self._out):
            promise = self._session.feed.book.summary(tag_id).expected_fixes
            self.expected += promise - self._promise.get(tag_id, 0.0)
            self._promise[tag_id] = promise
        keys = [*self._write_heads(), *self._touched]
        self._touched.clear()
        return keys

    def _current(self) -> int:
        """Key of the row that the question on screen comes from; 0 for none."""
        feed = self._session.feed
        if feed.mode is Mode.TAG:
            return feed.tag_id or 0
        return _KEYS[feed.mode]

    def _row(self, key: int) -> QueueRow:
        return self._heads.get(key) or self._tag_row(key)

    def _left_out(self) -> list[int]:
        """Tags that are left out and have questions, by name."""
        book = self._session.feed.book
        some = [tag_id for tag_id in book.left_out if book.summary(tag_id).left]
        return sorted(some, key=self._session.vocabulary.name)

    def _place(self) -> tuple[Mode, int | None]:
        return (self._session.feed.mode, self._session.feed.tag_id)

    def _write_heads(self) -> list[int]:
        """Writes the rows above the tags as they are now; gives their keys."""
        feed = self._session.feed
        flagged = len(feed.flagged)
        rows = [
            QueueRow(
                RowKind.BEST,
                _KEYS[Mode.BEST],
                "Best first",
                f"all tags{_DOT}{promise(self.expected, 'fixes', proven=feed.book.ranking.proven)}",
                current=feed.mode is Mode.BEST,
            ),
            QueueRow(
                RowKind.FLAGGED,
                _KEYS[Mode.FLAGGED],
                "Flagged",
                f"{flagged:,} for later" if flagged else "nothing yet",
                current=feed.mode is Mode.FLAGGED,
            ),
            *self._lists(),
        ]
        # A list that is done with stands in its place until the rows are laid out anew.
        self._heads |= {row.key: row for row in rows}
        self._names |= {row.key: row.text.lower() for row in rows}
        return [row.key for row in rows]

    def _lists(self) -> list[QueueRow]:
        """Rows of lists that hold something, or that questions come from now."""
        feed = self._session.feed
        told = (
            (RowKind.DISAGREEMENTS, Mode.DISAGREEMENTS, "Disagreements", "to settle"),
            (RowKind.AUDIT, Mode.AUDIT, "Audit sample", "of the random sample left"),
            (RowKind.IMPLIED, Mode.IMPLIED, "Broken implications", "implied tags missing"),
            (RowKind.KEPT_OUT, Mode.KEPT_OUT, "Kept out of training", "that proposals rest on"),
            (RowKind.UNSURE, Mode.UNSURE, "Can't tell", "for a second look"),
            (RowKind.DOUBTED, Mode.DOUBTED, "Answers that look wrong", "for a second look"),
        )
        rows = []
        for kind, mode, name, words in told:
            left = len(feed.lists.of(mode))
            if left or feed.mode is mode:
                detail = f"{left:,} {words}" if left else "all answered"
                rows.append(QueueRow(kind, _KEYS[mode], name, detail, current=feed.mode is mode))
        return rows

    def _tag_row(self, tag_id: int) -> QueueRow:
        """The row of a tag; the one of last time where nothing about it changed."""
        feed = self._session.feed
        state = (tag_id in feed.book.left_out, feed.mode is Mode.TAG and feed.tag_id == tag_id)
        entry = feed.book.summary(tag_id)
        known = self._known.get(tag_id)
        if known is not None and known[0] is entry and known[1] == state:
            return known[2]
        vocabulary = self._session.vocabulary
        tag = vocabulary.tags.get(tag_id)
        name = shown_name(vocabulary.name(tag_id))
        is_out, current = state
        row = QueueRow(
            RowKind.TAG,
            tag_id,
            name,
            f"left out{_DOT}{entry.left:,} left"
            if is_out
            else queue_detail(entry, proven=feed.book.proven(tag_id)),
            tag.category if tag else Category.GENERAL,
            current=current,
        )
        self._known[tag_id] = (entry, state, row)
        return row
