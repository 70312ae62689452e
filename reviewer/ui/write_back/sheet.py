"""What the page of write-back shows of one destination: rules, figures, the table, what to do."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QPushButton,
    QWidget,
)

from reviewer.ui.jobs.runner import JobState
from reviewer.ui.keys.actions import keys_here
from reviewer.ui.widgets.empty_state import EmptyState
from reviewer.ui.widgets.flow import Flow
from reviewer.ui.widgets.parts import in_column, progress_bar, text_label
from reviewer.ui.widgets.tables import RowTable, frame_table, head_columns
from reviewer.ui.words import progress_line
from reviewer.ui.write_back.model import Column, Part, WriteBackModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtGui import QKeyEvent

    from reviewer.ui.jobs.runner import Job

WIDTHS = {
    Column.IMAGE: "a folder/a rather long name.png",
    Column.CHANGE: "+aqua_hair   -blue_hair   +long_sleeves",
    Column.STATE: "no change (undo)",
    Column.NOTE: "blue_hair was taken away by somebody else",
    Column.POST: "0000000",
}
"""A text that each column has room for."""


class WriteBackTable(RowTable):
    """The rows; letters are commands of the page, Space ticks the chosen rows."""

    def __init__(self, model: WriteBackModel, parent: QWidget | None = None) -> None:
        """Shows a model, a row a line."""
        super().__init__(parent)
        self.setModel(model)
        self._rows = model
        frame_table(self, "Changes by image")
        head_columns(self, WIDTHS.items())
        # A booru's names begin alike and end in what tells them apart.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        model.modelReset.connect(self._leave_out)

    def _leave_out(self) -> None:
        """Gives the room of columns in which nothing stands to the others."""
        for column in (Column.STATE, Column.NOTE):
            self.setColumnHidden(column, not self._rows.says(column))

    @property
    def chosen(self) -> list[str]:
        """Paths of the images of the chosen rows."""
        rows = [self._rows.row(i.row()) for i in self.selectionModel().selectedRows()]
        return [row.path for row in rows if row is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks the chosen rows; what moves moves; anything else is the page's."""
        if event.key() == Qt.Key.Key_Space and self._rows.ticks:
            self._flip()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _flip(self) -> None:
        role = Qt.ItemDataRole.CheckStateRole
        for index in self.selectionModel().selectedRows(Column.IMAGE):
            checked = self._rows.data(index, role) is Qt.CheckState.Checked
            other = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
            self._rows.setData(index, other, role)


ACTIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "diff": ("Show the diff", "What the answers would change there; nothing is asked or sent"),
        "look": (
            "Look at the posts",
            "The diff with conflicts and new tags: every post is read, nothing is written",
        ),
        "save": ("Save the diff\N{HORIZONTAL ELLIPSIS}", "As CSV or JSON"),
        "send": ("Send", "Send what is ticked (Space ticks the chosen rows, Ctrl+A chooses all)"),
        "pull": (
            "Take what changed there",
            "Ask for the tags of your images again, and rank anew; your answers stay",
        ),
        "pause": ("Pause", "Send nothing more until it goes on"),
        "resume": ("Go on", "Send what is queued"),
        "rest": (
            "Send the rest",
            "Settle the chosen conflicts: send what is left of ours",
        ),
        "theirs": ("Leave as it is there", "Settle the chosen conflicts: change nothing"),
        "retry": ("Try failed ones again", "Queue them again and send"),
        "cancel": ("Do not send the rest", "Take back what is still queued"),
        "undo": ("Take the last batch back", "Send the inverse of what it really changed"),
    }
)
"""Words and meaning of what can be done, by name."""

ABOVE = ("diff", "look", "save", "send", "pull")
BELOW: Mapping[str, frozenset[Part]] = MappingProxyType(
    {
        "pause": frozenset({Part.WAY}),
        "resume": frozenset({Part.WAY}),
        "cancel": frozenset({Part.WAY}),
        "rest": frozenset({Part.CONFLICT}),
        "theirs": frozenset({Part.CONFLICT}),
        "retry": frozenset({Part.FAILED}),
        "undo": frozenset({Part.DONE, Part.FAILED}),
    }
)
"""Actions below the table, with the parts that they are about."""


class WriteBackSheet(QWidget):
    """Widgets alone: what they mean is the page's.

    Attributes:
        acted: Emitted with the name of an action that a person wants.
        part_wanted: Emitted with the part that is to be shown.
    """

    acted = Signal(str)
    part_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.model = WriteBackModel(self)
        self.table = WriteBackTable(self.model, self)
        self.nothing = EmptyState("", "", ACTIONS["diff"][0], self)
        self.nothing.acted.connect(partial(self.acted.emit, "diff"))
        self.nothing.hide()
        self.rules = text_label(tone="muted", wrap=True)
        self.figures = text_label(wrap=True)
        self.said = text_label(tone="warning", wrap=True)
        self.said.hide()
        self.new_tags = QCheckBox("Tags that are new there may be made", self)
        self.buttons: dict[str, QPushButton] = {}
        self._bar = progress_bar("Progress of write-back", self)
        self._progress = text_label(tone="muted", wrap=True)
        self._group = QButtonGroup(self)
        self._parts: dict[Part, QPushButton] = {}
        self._lay_out()
        self.show_job(None)

    def _lay_out(self) -> None:
        column = in_column(self.rules, self._row(ABOVE), of=self, gap=8, edge=0)
        self.buttons["send"].setProperty("tone", "primary")
        column.addWidget(self.new_tags)
        column.addWidget(self.figures)
        column.addWidget(self.said)
        parts = Flow()
        for part in Part:
            button = QPushButton(part.value, self)
            button.setCheckable(True)
            button.setProperty("tone", "segment")
            button.clicked.connect(partial(self.part_wanted.emit, part))
            self._group.addButton(button)
            self._parts[part] = button
            parts.addWidget(button)
        column.addLayout(parts)
        column.addWidget(self.table, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self._bar)
        column.addWidget(self._progress)
        column.addLayout(self._row(BELOW))

    def _row(self, names: Iterable[str]) -> Flow:
        row = Flow()
        for name in names:
            words, meaning = ACTIONS[name]
            button = QPushButton(words, self)
            button.setToolTip(keys_here(meaning))
            button.clicked.connect(partial(self.acted.emit, name))
            self.buttons[name] = button
            row.addWidget(button)
        return row

    def say(self, text: str) -> None:
        """Shows a sentence that should be known; an empty one takes it away."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def show_parts(self, chosen: Part, counts: Mapping[Part, int]) -> None:
        """Marks the part that is shown, and how many rows each has."""
        self._parts[chosen].setChecked(True)
        for part, button in self._parts.items():
            number = counts.get(part, 0)
            button.setText(f"{part.value}  {number:,}" if number else part.value)

    def show_nothing(self, words: tuple[str, str] | None, *, first: bool = False) -> None:
        """Puts words in the place of an empty table; none puts the table back.

        Args:
            words: What would stand here, and what to do for it.
            first: Whether no diff was made yet: it is offered.
        """
        # One who moved in the table goes on there: what is hidden loses the keyboard.
        self.table.setVisible(words is None)
        self.nothing.setVisible(words is not None)
        if words is not None:
            self.nothing.show_about(*words)
            self.nothing.button.setVisible(first)

    def take_focus(self) -> None:
        """Takes the keyboard: to the table, or to what is offered in its place."""
        offered = self.nothing.isVisibleTo(self) and self.nothing.button.isVisibleTo(self.nothing)
        (self.nothing.button if offered else self.table).setFocus()

    def show_job(self, job: Job | None, ahead: str = "") -> None:
        """Shows how far a job is; none takes the bar away.

        Args:
            job: That of the destination, if there is one.
            ahead: Title of the job that it waits for.
        """
        self.nothing.button.setEnabled(job is None)
        self._bar.setVisible(job is not None)
        self._progress.setVisible(job is not None)
        if job is None:
            return
        if job.progress is None:
            self._bar.setRange(0, 0)
            waits = job.state is JobState.WAITING
            self._progress.setText(f"waits for {ahead}" if waits and ahead else "starts")
        else:
            self._bar.setRange(0, job.progress.total)
            self._bar.setValue(job.progress.done)
            self._progress.setText(progress_line(job.progress))

    def enable(self, wanted: Mapping[str, bool], part: Part) -> None:
        """What can be done now, by name; below the table stands what is about its part."""
        for name, on in wanted.items():
            self.buttons[name].setEnabled(on)
            if name in BELOW:
                self.buttons[name].setVisible(part in BELOW[name])
