"""Left of the picture: where questions come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QWidget,
)

from reviewer.core.types import Side
from reviewer.ui.aids.composing import Composing
from reviewer.ui.queues.meant import NO_QUEUE, Meant
from reviewer.ui.queues.model import QueueDelegate, QueueModel
from reviewer.ui.queues.outlook_card import OutlookCard
from reviewer.ui.widgets.parts import in_column, in_row, segment, text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reviewer.ui.queues.rows import QueueRows

SIDES: tuple[tuple[str, Side | None, str], ...] = (
    ("Both", None, "Ask about tags that may be missing and tags that may be wrong"),
    ("Missing", Side.MISSING, "Ask only about tags that may be missing"),
    ("Wrong", Side.WRONG, "Ask only about tags that may be wrong"),
)


class QueuePanel(QFrame):
    """The list of queues, the picker above it and the side filter below it.

    Attributes:
        chosen: Emitted with the `QueueRow` that was picked.
        side_chosen: Emitted with a `Side` or `None`.
        wanted: Emitted with the id of a tag that is to be asked about whatever kind it is of.
        picking_ended: The picker gave the focus back.
        outlook: What the queue in front of the reviewer gave and promises.
        meant: Tells what a text means beside the names of queues; it is told whether one has it.
    """

    chosen = Signal(object)
    side_chosen = Signal(object)
    wanted = Signal(int)
    picking_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._model = QueueModel(self)
        self._picker = QLineEdit(self)
        self.show_hint("Pick a tag")
        self._picker.setAccessibleName("Pick a queue or a tag")
        self._picker.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._picker.textChanged.connect(self._narrow)
        self._picker.installEventFilter(self)
        self._composing = Composing(self._picker)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(QueueDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName("Queues")
        self._list.clicked.connect(self._click)
        self.outlook = OutlookCard(self)
        self._words = text_label(tone="muted", of=self, wrap=True)
        self._words.setContentsMargins(12, 4, 12, 4)
        self._words.hide()
        self.meant: Callable[[str, bool], Meant] = _unknown
        self._offered: int | None = None
        column = in_column(of=self, gap=6, edge=(0, 8, 0, 8))
        top = in_row(self._picker, edge=(8, 0, 8, 0))
        column.addLayout(top)
        column.addWidget(self._words)
        column.addWidget(self._list, 1)
        column.addWidget(self.outlook)
        column.addLayout(self._side_row())

    def _side_row(self) -> QHBoxLayout:
        row = in_row(gap=4, edge=(8, 0, 8, 0))
        label = text_label("Ask", "muted", of=self)
        row.addWidget(label)
        self._sides = QButtonGroup(self)
        for number, (word, _, tip) in enumerate(SIDES):
            button = segment(word, tip, self, Qt.FocusPolicy.NoFocus)
            button.setToolTip(tip)
            self._sides.addButton(button, number)
            row.addWidget(button, 1)
        self._sides.button(0).setChecked(True)
        self._sides.idClicked.connect(self._side_clicked)
        return row

    def show_rows(self, rows: QueueRows) -> None:
        """Takes the rows to show."""
        self._model.take(rows)

    def renew_rows(self, keys: Iterable[int]) -> None:
        """Paints the rows of some keys anew; nothing moves."""
        self._model.renew(keys)

    def show_current(self) -> None:
        """Scrolls to where the question on screen comes from."""
        row = self._model.current_row()
        if row >= 0:
            self._list.scrollTo(self._model.index(row))

    def show_hint(self, hint: str) -> None:
        """Says in the empty picker what it is for."""
        self._picker.setPlaceholderText(hint)

    def name_side_key(self, cap: str) -> None:
        """Names the key that turns from one side to the next."""
        for number, (_, _, tip) in enumerate(SIDES):
            self._sides.button(number).setToolTip(f"{tip}  ({cap})")

    def start_picking(self) -> None:
        """Gives the focus to the picker until Enter or Esc."""
        self._picker.clear()
        self._picker.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._mark(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets the picker's arrows move in the list, Enter choose and Esc leave."""
        if watched is self._picker and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and (self._composing.keeps(event) or self._picker_key(event.key())):
                return True
            # Nothing typed here is a command of the review.
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _picker_key(self, key: int) -> bool:
        here = self._list.currentIndex().row()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self._mark(here + (1 if key == Qt.Key.Key_Down else -1))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            row, offered = self._model.row_at(self._list.currentIndex()), self._offered
            self._stop_picking()
            if row is not None:
                self.chosen.emit(row)
            elif offered is not None:
                self.wanted.emit(offered)
        elif key in {Qt.Key.Key_Escape, Qt.Key.Key_Tab}:
            self._stop_picking()
        else:
            return False
        return True

    def _mark(self, row: int) -> None:
        row = min(max(row, 0), self._model.rowCount() - 1)
        if row >= 0:
            self._list.setCurrentIndex(self._model.index(row))

    def _stop_picking(self) -> None:
        self._picker.clear()
        self._picker.clearFocus()
        self._list.clearSelection()
        self._list.setCurrentIndex(QModelIndex())
        self.show_current()
        self.picking_ended.emit()

    def _narrow(self, text: str) -> None:
        self._model.narrow(text)
        meant = self.meant(text, self._model.rowCount() > 0) if text.strip() else Meant()
        self._offered = meant.offered
        if meant.tags:
            self._model.narrow(text, meant.tags)
        words = meant.words or ("" if self._model.rowCount() else NO_QUEUE)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._mark(0)

    def _click(self, index: QModelIndex) -> None:
        row = self._model.row_at(index)
        self._stop_picking()
        if row is not None:
            self.chosen.emit(row)

    def show_side(self, side: Side | None) -> None:
        """Shows which side questions are limited to."""
        number = [value for _, value, _ in SIDES].index(side)
        self._sides.button(number).setChecked(True)

    def _side_clicked(self, number: int) -> None:
        self.side_chosen.emit(SIDES[number][1])


def _unknown(_text: str, _shown: bool) -> Meant:
    """A text means the queues that have it in their names, and nothing else."""
    return Meant()
