"""The rows of write-back's table, its parts, and what stands in place of a part without a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.outbox import EntryState
from reviewer.ui.widgets.parts import plain_tip
from reviewer.ui.widgets.tables import Index, TableModel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from PySide6.QtCore import QObject

    from reviewer.core.outbox import Entry
    from reviewer.jobs.writing.diff import ShownDiff, ShownEdit

MINUS = "\N{MINUS SIGN}"


class Column(IntEnum):
    """The columns, from the left."""

    IMAGE = 0
    CHANGE = 1
    STATE = 2
    NOTE = 3
    POST = 4


HEADINGS = ("Image", "Change", "State", "Note", "Post")


class Part(StrEnum):
    """What of a destination is shown."""

    DIFF = "Diff"
    LEFT_OUT = "Left out"
    WAY = "On the way"
    CONFLICT = "Conflicts"
    DONE = "Done"
    FAILED = "Failed, cancelled"


STATES = {
    Part.WAY: (EntryState.QUEUED, EntryState.SENDING),
    Part.CONFLICT: (EntryState.CONFLICT,),
    Part.DONE: (EntryState.DONE, EntryState.NO_CHANGE),
    Part.FAILED: (EntryState.FAILED, EntryState.CANCELLED),
}
"""States of the entries that a part shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, as it is shown.

    Attributes:
        image_id: 0 where the line is about no image here.
    """

    path: str
    change: str
    state: str
    note: str
    post: str
    image_id: int = 0

    def text(self, column: int) -> str:
        """What a column shows."""
        return (self.path, self.change, self.state, self.note, self.post)[column]


def change_of(add: Iterable[str], remove: Iterable[str]) -> str:
    """An edit in words that tell added and removed apart without colour."""
    words = [f"+{tag}" for tag in sorted(add)] + [f"{MINUS}{tag}" for tag in sorted(remove)]
    return "   ".join(words)


def diff_rows(shown: ShownDiff, drafts: Collection[str] | None) -> list[Row]:
    """A row an image of the diff.

    Args:
        shown: The diff.
        drafts: Images whose edit can still be sent; `None` where nothing is ever sent. What was
            sent is left out, and what has no post yet says so.
    """
    return [
        Row(
            edit.path,
            change_of(edit.add, edit.remove),
            *_to_ask(edit, drafts),
            edit.post,
            edit.image_id,
        )
        for edit in shown.edits
        if drafts is None or edit.path in drafts or not edit.post
    ]


def _to_ask(edit: ShownEdit, drafts: Collection[str] | None) -> tuple[str, str]:
    """What a person should look at before the edit is sent: a word, and why."""
    if edit.conflict:
        return "conflict", edit.conflict
    if edit.new:
        return "new tag", f"new there: {', '.join(edit.new)}"
    if not edit.post and drafts is not None:
        return "no post yet", "Look at the posts finds it by the file's hash"
    return "", ""


def left_out_rows(shown: ShownDiff) -> list[Row]:
    """A row for each change that is not sent, with its reason."""
    signs = {"add": "+", "remove": MINUS}
    return [
        Row(path, f"{signs.get(action, '')}{tag}", "left out", reason, "")
        for path, tag, action, reason in shown.skipped
    ]


def entry_rows(entries: Iterable[Entry]) -> list[Row]:
    """A row an entry, in the same order."""
    return [
        Row(
            entry.path,
            change_of(entry.edit.add, entry.edit.remove),
            f"{entry.state} (undo)" if entry.undoes else str(entry.state),
            entry.problem,
            entry.remote_id,
            entry.image_id,
        )
        for entry in entries
    ]


class WriteBackModel(TableModel):
    """Rows, with a tick before each that a person can set or not.

    Attributes:
        ticks: Whether the rows have ticks.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """Begins empty."""
        super().__init__(HEADINGS, parent)
        self._rows: list[Row] = []
        self._ticked: set[str] = set()
        self.ticks = False

    def show_rows(self, rows: Sequence[Row], *, ticks: bool, ticked: bool = False) -> None:
        """Shows other rows.

        Args:
            rows: From the top.
            ticks: Whether they have ticks.
            ticked: Whether these begin set, where a look found nothing to ask a person.
        """
        self.beginResetModel()
        self._rows = list(rows)
        self.ticks = ticks
        self._ticked = {row.path for row in rows if not row.state} if ticks and ticked else set()
        self.endResetModel()

    @property
    def ticked(self) -> list[str]:
        """Paths of the images that are ticked, from the top."""
        return [row.path for row in self._rows if row.path in self._ticked]

    def count(self) -> int:
        """Rows there are."""
        return len(self._rows)

    def says(self, column: Column) -> bool:
        """Whether any row has something in a column."""
        return any(row.text(column) for row in self._rows)

    def row(self, number: int) -> Row | None:
        """A row by its place; `None` where there is none."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        row = self._rows[index.row()]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            text = row.text(index.column())
            return plain_tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        if role == Qt.ItemDataRole.CheckStateRole and self.ticks and index.column() == Column.IMAGE:
            set_ = row.path in self._ticked
            return Qt.CheckState.Checked if set_ else Qt.CheckState.Unchecked
        return None

    def setData(
        self,
        index: Index,
        value: object,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """Sets a tick or takes it away."""
        if role != Qt.ItemDataRole.CheckStateRole or not self.ticks:
            return False
        path = self._rows[index.row()].path
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._ticked.add(path)
        else:
            self._ticked.discard(path)
        self.dataChanged.emit(index, index, [role])
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen; the first cell can be ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.ticks and index.column() == Column.IMAGE:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags


NO_DIFF = (
    "What would your answers change here?",
    (
        "The diff lists every image that would change, tag by tag, beside its picture. Making it "
        "reads and writes nothing there; after it you choose what is sent, and any batch can be "
        "taken back."
    ),
)
"""Before the first diff: a title, and what it is."""

NOTHING: Mapping[Part, tuple[str, str]] = MappingProxyType(
    {
        Part.DIFF: (
            "Nothing would change",
            (
                "Your answers agree with what is there, or there are none yet. Answer on, then "
                "make the diff again."
            ),
        ),
        Part.LEFT_OUT: (
            "Nothing is left out",
            "Edits that cannot be sent stand here, with the reason.",
        ),
        Part.WAY: (
            "Nothing is on its way",
            "What is ticked in the diff comes here with Send.",
        ),
        Part.CONFLICT: (
            "No conflicts",
            "Where somebody else changed the same tags meanwhile, you say here what holds.",
        ),
        Part.DONE: (
            "Nothing was sent yet",
            "What is sent stands here, and can be taken back.",
        ),
        Part.FAILED: (
            "Nothing failed",
            "What could not be sent stands here, with the reason.",
        ),
    }
)
"""For each part of a destination without a row, the same."""
