"""A line to type a tag in, with what it may mean below: in the panel, never a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget, QWidget

from reviewer.ui.aids.completion_model import CompletionDelegate, CompletionModel, CompletionRow
from reviewer.ui.aids.composing import Composing
from reviewer.ui.tag_list import TagDelegate
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import in_column, text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.ui.tag_list import TagListModel

CONTROL = Qt.KeyboardModifier.ControlModifier
_STEPS = {
    Qt.Key.Key_Down.value: 1,
    Qt.Key.Key_Up.value: -1,
    Qt.Key.Key_PageDown.value: 8,
    Qt.Key.Key_PageUp.value: -8,
}
_ENTER = frozenset({Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value})
_LEAVE = frozenset({Qt.Key.Key_Escape.value, Qt.Key.Key_F3.value})


class TagEditor(QWidget):
    """Owns the keyboard from `open` to `left`.

    Attributes:
        typed: Emitted with the text when it changes.
        chosen: Emitted with the `CompletionRow` that Enter or a click takes.
        taken_off: Emitted with the id of a tag of the image that Enter takes with nothing typed.
        quick_wanted: Emitted with a `CompletionRow` and a digit that it is to stand on.
        sibling_wanted: Emitted with a `CompletionRow` that is to be a sibling of the asked tag.
        undo_wanted: The last step is to be taken back.
        offer_wanted: With nothing typed, what the image may lack is to be listed.
        left: The person is done.
    """

    typed = Signal(str)
    chosen = Signal(object)
    taken_off = Signal(int)
    quick_wanted = Signal(object, int)
    sibling_wanted = Signal(object)
    undo_wanted = Signal()
    offer_wanted = Signal()
    left = Signal()

    def __init__(self, tags: TagListModel, parent: QWidget | None = None) -> None:
        """Begins closed.

        Args:
            tags: The tags of the image on screen, shown while nothing is typed.
            parent: Its owner.
        """
        super().__init__(parent)
        self._tags = tags
        self._offers = False
        self._heading = text_label(tone="heading", of=self)
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("Type a tag")
        self._line.installEventFilter(self)
        self._composing = Composing(self._line)
        self._line.textChanged.connect(self._changed)
        self._model = CompletionModel(self)
        self._completions = _list(self, "Completions")
        self._completions.setModel(self._model)
        self._completions.setItemDelegate(CompletionDelegate(self._completions))
        self._completions.setMouseTracking(True)
        self._completions.clicked.connect(self._clicked)
        self._present = _list(self, "Tags of the image")
        self._present.setModel(tags)
        self._present.setItemDelegate(TagDelegate(self._present))
        self._lists = QStackedWidget(self)
        self._lists.addWidget(self._present)
        self._lists.addWidget(self._completions)
        self._hint = text_label(tone="muted", of=self, wrap=True)
        column = in_column(of=self, gap=4, edge=(0, 2, 0, 4))
        for widget in (self._heading, self._line, self._hint):
            box = in_column(widget, edge=(12, 0, 12, 0))
            column.addLayout(box)
        column.insertWidget(2, self._lists, 1)

    def sizeHint(self) -> QSize:
        """As small as it may be: the panel gives it what room there is."""
        return QSize(120, 120)

    @property
    def is_open(self) -> bool:
        """Whether it has the keyboard."""
        return self._line.hasFocus()

    def open(self, heading: str, hint: str) -> None:
        """Takes the keyboard.

        Args:
            heading: What a chosen tag is for.
            hint: Which keys do what.
        """
        self._heading.setText(heading)
        self._line.setAccessibleName(heading)
        self.say(hint)
        self.clear()
        self._present.setCurrentIndex(QModelIndex())
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def say(self, text: str) -> str:
        """Writes a line below: which keys do what, or what was done; returns it."""
        self._hint.setText(text)
        self._line.setAccessibleDescription(text)
        return text

    @property
    def text(self) -> str:
        """What is typed."""
        return self._line.text()

    def clear(self) -> None:
        """Empties the line, for the next tag."""
        self._offers = False
        self._line.clear()

    @property
    def offers(self) -> bool:
        """Whether tags are listed that nobody typed."""
        return self._offers

    def show_rows(self, rows: Sequence[CompletionRow], *, offered: bool = False) -> None:
        """Shows completions of what is typed, or tags that are offered; the first one is marked."""
        self._offers = offered
        self._model.show(rows)
        self._lists.setCurrentWidget(self._completions if self._lists_tags else self._present)
        if rows:
            self._completions.setCurrentIndex(self._model.index(0))

    @property
    def _lists_tags(self) -> bool:
        """Whether other tags are listed than those of the image."""
        return self._offers or bool(self.text.strip())

    def marked(self) -> CompletionRow | None:
        """The completion that Enter would take."""
        if not self._lists_tags:
            return None
        return self._model.row_at(self._completions.currentIndex())

    # -- keys ------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets arrows move in the list, Enter choose and Esc leave; nothing is a command."""
        if watched is self._line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                if self._composing.keeps(event):
                    return True
                return self._key(event) or self._passes_by(event)
            if event.type() == QEvent.Type.KeyRelease:
                return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _LEAVE:
            self.left.emit()
        elif key in _ENTER:
            if not event.isAutoRepeat():
                self._take()
        elif key in _STEPS:
            self._step(_STEPS[key])
        elif key == Qt.Key.Key_Tab:
            self._fill()
        else:
            return bool(event.modifiers() & CONTROL) and self._control(key)
        return True

    def _passes_by(self, event: QKeyEvent) -> bool:
        """A modifier by itself must not reach the page, where holding it hides the panels."""
        return event.key() in {Qt.Key.Key_Shift.value, Qt.Key.Key_Control.value}

    def _control(self, key: int) -> bool:
        if key == Qt.Key.Key_Z and not self.text:
            self.undo_wanted.emit()
            return True
        row = self.marked()
        if row is None:
            return False
        if Qt.Key.Key_1.value <= key <= Qt.Key.Key_9.value:
            self.quick_wanted.emit(row, key - Qt.Key.Key_0.value)
        elif key == Qt.Key.Key_R:
            self.sibling_wanted.emit(row)
        else:
            return False
        return True

    def _take(self) -> None:
        row = self.marked()
        line = self._tags.row_at(self._present.currentIndex())
        if row is not None:
            self.chosen.emit(row)
        elif not self._lists_tags and line is not None and not line.heading:
            self.taken_off.emit(line.tag_id)

    def _step(self, step: int) -> None:
        if self._lists_tags:
            last = self._model.rowCount() - 1
            row = min(max(self._completions.currentIndex().row() + step, 0), last)
            self._completions.setCurrentIndex(self._model.index(row))
        else:
            here = self._present.currentIndex().row()
            row = self._tags.next_tag(here, 1 if step > 0 else -1)
            self._present.setCurrentIndex(self._tags.index(row))

    def _fill(self) -> None:
        row = self.marked()
        if not self._lists_tags:
            self.offer_wanted.emit()
        elif row is not None:
            self._line.setText(shown_name(row.name))

    def _changed(self, text: str) -> None:
        self._offers = False
        self.typed.emit(text)

    def _clicked(self, index: QModelIndex) -> None:
        row = self._model.row_at(index)
        if row is not None:
            self.chosen.emit(row)


def _list(parent: QWidget, name: str) -> QListView:
    view = QListView(parent)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setAccessibleName(name)
    return view
