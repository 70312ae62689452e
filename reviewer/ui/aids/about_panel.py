"""What the asked tag means: its definition, the user's note, and examples to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

from reviewer.core.examples import SHOWN, Example, Examples
from reviewer.core.types import Answer
from reviewer.ui.theme import look
from reviewer.ui.widgets.parts import in_column, plain_tip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QPaintEvent, QResizeEvent

SIDES = (Answer.YES, Answer.NO)
NOTE_LINES = 2
DEFINITION_LINES = 7
"""Of a definition, at most: a longer one scrolls, and examples stay near the eye."""
LEAST_CELL = 40
TALL = 2.6
"""Height over width from which on the examples stand in two columns."""
NO_DEFINITION = "No definition is known. The page of jobs ({jobs}) takes in the dump of a wiki."
NO_NOTE = "{note} or a click: write a note of your own on this tag."


class ExampleCell(QWidget):
    """One example, or the place of one; its size never depends on what it shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.example: Example | None = None
        self._image: QImage | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(LEAST_CELL, LEAST_CELL)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(80, 80)

    def heightForWidth(self, width: int) -> int:
        """A square."""
        return width

    def show_example(self, example: Example | None, image: QImage | None, words: str) -> None:
        """Shows an example.

        Args:
            example: `None` for an empty place.
            image: Its picture; `None` while it is not decoded.
            words: What it is, for tooltip and screen reader.
        """
        self.example, self._image = example, image
        self.setToolTip(plain_tip(words))
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the picture; a broken line round it says that nobody has confirmed it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        box = self.rect().adjusted(1, 1, -1, -1)
        painter.fillRect(box, QColor(look().raised if self.example else look().ground))
        if self._image is not None and self.example is not None:
            size = self._image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(box.center())
            painter.drawImage(target, self._image)
        unconfirmed = self.example is not None and not self.example.confirmed
        style = Qt.PenStyle.DashLine if unconfirmed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(look().muted if unconfirmed else look().line), 1.5, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        painter.end()


class AboutPanel(QWidget):
    """Definition, note, three examples of Yes and three of No, each in its place for good.

    Attributes:
        note_wanted: The person clicked the note, to write it.
        note_written: Emitted with the text when the person is done with it.
    """

    note_wanted = Signal()
    note_written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._definition = _text(self, "Definition of the tag")
        self._note = _text(self, "Your note on the tag")
        self._note.installEventFilter(self)
        self._note.viewport().installEventFilter(self)
        self._captions = {answer: QLabel(self) for answer in SIDES}
        self._cells = {answer: [ExampleCell(self) for _ in range(SHOWN)] for answer in SIDES}
        column = in_column(self._definition, self._note, of=self, gap=4, edge=(12, 2, 12, 2))
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        for caption in self._captions.values():
            caption.setProperty("tone", "muted")
            caption.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tall = False
        self._arrange()
        column.addLayout(self._grid)
        column.addStretch(1)
        self._take_height()
        self.show_examples(None, {}, {})

    def _arrange(self) -> None:
        """Rows of examples, or columns of larger ones where the panel is tall enough."""
        for number, answer in enumerate(SIDES):
            across = number if self._tall else 0
            down = 0 if self._tall else 2 * number
            span = 1 if self._tall else SHOWN
            self._grid.addWidget(self._captions[answer], down, across, 1, span)
            for place, cell in enumerate(self._cells[answer]):
                if self._tall:
                    self._grid.addWidget(cell, 1 + place, across)
                else:
                    self._grid.addWidget(cell, 1 + down, place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Uses the room there is; between questions nothing moves."""
        super().resizeEvent(event)
        tall = self.height() > TALL * self.width()
        if tall is not self._tall:
            self._tall = tall
            self._arrange()

    def _take_height(self) -> None:
        line = QFontMetrics(self.font()).lineSpacing()
        self._note.setFixedHeight(line * NOTE_LINES + 20)
        self._definition.setMinimumHeight(line * 2)
        self._definition.setMaximumHeight(line * DEFINITION_LINES + 20)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_height()

    def sizeHint(self) -> QSize:
        """As small as it may be: the panel gives it what room there is."""
        return QSize(120, 120)

    @property
    def cell_px(self) -> int:
        """Side of an example, device pixels."""
        cell = self._cells[Answer.YES][0]
        return max(round(cell.width() * cell.devicePixelRatioF()), LEAST_CELL)

    def name_keys(self, naming: Callable[[str], str]) -> None:
        """Says which keys help on; `naming` writes keys for ids of commands in braces."""
        self._note.setPlaceholderText(naming(NO_NOTE))
        self._definition.setPlaceholderText(naming(NO_DEFINITION))

    def show_words(self, definition: str, note: str) -> None:
        """Shows what is written about the tag."""
        self._definition.setPlainText(definition)
        if self._note.isReadOnly():
            self._note.setPlainText(note)

    def show_examples(
        self, examples: Examples | None, images: Mapping[int, QImage], paths: Mapping[int, str]
    ) -> None:
        """Shows examples.

        Args:
            examples: Which; `None` while they are looked for.
            images: Pictures by image id, as far as they are decoded.
            paths: Paths by image id, for the tooltips.
        """
        known = examples or Examples()
        for answer, found in ((Answer.YES, known.yes), (Answer.NO, known.no)):
            confirmed = sum(example.confirmed for example in found)
            text = answer.word if examples is None else _caption(answer, confirmed, len(found))
            self._captions[answer].setText(text)
            self._captions[answer].setToolTip(text)
            for place, cell in enumerate(self._cells[answer]):
                example = found[place] if place < len(found) else None
                image = images.get(example.image_id) if example else None
                cell.show_example(example, image, _words(answer, example, paths))

    # -- the note --------------------------------------------------------------------------------

    def write_note(self) -> None:
        """Gives the keyboard to the note until Esc or Ctrl+Enter."""
        self._note.setReadOnly(False)
        self._note.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._note.moveCursor(self._note.textCursor().MoveOperation.End)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc and Ctrl+Enter keep the note; nothing typed in it is a command."""
        if watched is self._note.viewport() and event.type() == QEvent.Type.MouseButtonPress:
            if self._note.isReadOnly():
                self.note_wanted.emit()
        elif watched is self._note and not self._note.isReadOnly():
            if isinstance(event, QKeyEvent):
                return self._note_key(event)
            if event.type() == QEvent.Type.FocusOut:
                self._end_note()
        return super().eventFilter(watched, event)

    def _note_key(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyRelease:
            return True
        enter = event.key() in {Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value}
        if event.key() == Qt.Key.Key_Escape or (
            enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._end_note()
            return True
        return event.key() in {Qt.Key.Key_Shift.value, Qt.Key.Key_Tab.value}

    def _end_note(self) -> None:
        if self._note.isReadOnly():
            return
        self._note.setReadOnly(True)
        self._note.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.note_written.emit(self._note.toPlainText().strip())


def _text(parent: QWidget, name: str) -> QPlainTextEdit:
    text = QPlainTextEdit(parent)
    text.setReadOnly(True)
    text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    text.setAccessibleName(name)
    return text


def _caption(answer: Answer, confirmed: int, shown: int) -> str:
    """What the examples of an answer rest on."""
    if not shown:
        return f"{answer.word}: none yet"
    if confirmed == shown:
        return f"{answer.word}, confirmed"
    if not confirmed:
        return f"{answer.word}, unreviewed"
    return f"{answer.word}, {confirmed} confirmed"


def _words(answer: Answer, example: Example | None, paths: Mapping[int, str]) -> str:
    if example is None:
        return f"No further example of {answer.word}"
    path = paths.get(example.image_id, "")
    said = f"{answer.word}, confirmed" if example.confirmed else "Tagged so, not reviewed"
    return f"{said}\n{path}".strip()
