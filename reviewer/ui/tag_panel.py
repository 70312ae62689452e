"""Right of the picture: what Yes and No mean, the image's tags, the facts about its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from reviewer.core.types import Answer
from reviewer.ui.tag_lines import Mark, TagLine, change, meaning, tag_lines
from reviewer.ui.theme import category_colour, look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reviewer.core.labels import Consequences
    from reviewer.core.types import Image, Question
    from reviewer.core.vocabulary import Vocabulary

LINE_ROLE = int(Qt.ItemDataRole.UserRole)
RATINGS = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}
OLD_RATINGS = {"s": "safe", "q": "questionable", "e": "explicit"}
_NO_PARENT = QModelIndex()


class TagListModel(QAbstractListModel):
    """The lines of one image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._lines: list[TagLine] = []

    def show(self, lines: list[TagLine]) -> None:
        """Takes the lines of another image."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def asked_row(self) -> int:
        """The row of the asked tag; -1 without one."""
        return next((row for row, line in enumerate(self._lines) if line.asked), -1)

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """Number of lines."""
        return len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = 0) -> object:
        """The line for the delegate, and its words for screen readers."""
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            extra = ", asked" if line.asked else f", {line.mark}" if line.mark else ""
            return line.text + extra
        return None


class TagDelegate(QStyledItemDelegate):
    """Paints a line: headings muted, tags in their category's colour, the asked one outlined."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Headings stand a little off the lines above."""
        line: TagLine = index.data(LINE_ROLE)
        height = QFontMetrics(option.font).height()
        return QSize(120, height + (12 if line.heading else 6))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paints one line."""
        line: TagLine = index.data(LINE_ROLE)
        box: QRect = option.rect
        font = QFont(option.font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if line.heading:
            font.setPointSizeF(font.pointSizeF() * 0.9)
            self._text(painter, box.adjusted(10, 6, -8, 0), font, look().muted, line.text)
        else:
            self._tag(painter, box, font, line)
        painter.restore()

    def _tag(self, painter: QPainter, box: QRect, font: QFont, line: TagLine) -> None:
        colour = category_colour(line.category)
        if line.asked:
            painter.setPen(QPen(QColor(look().accent), 1.4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(5, 1, -5, -1), 4, 4)
        inner = box.adjusted(12, 0, -12, 0)
        if line.mark and not line.asked:
            width = QFontMetrics(font).horizontalAdvance(line.mark) + 8
            tail = QRect(inner.right() - width, inner.top(), width, inner.height())
            painter.setFont(font)
            painter.setPen(QColor(look().muted))
            painter.drawText(
                tail, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.mark
            )
            inner.setRight(tail.left() - 4)
            font.setStrikeOut(line.mark is Mark.REMOVED)
        self._text(painter, inner, font, colour.name(), line.text)

    def _text(self, painter: QPainter, box: QRect, font: QFont, colour: str, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        elided = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, elided)


class TagPanel(QFrame):
    """The panel on the right."""

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._vocabulary = vocabulary
        self._model = TagListModel(self)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(TagDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setSelectionMode(QListView.SelectionMode.NoSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName("Tags of the image")
        self._yes = _Consequence("If Yes", self)
        self._no = _Consequence("If No", self)
        self._facts = QLabel(self)
        self._facts.setProperty("tone", "muted")
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setContentsMargins(12, 8, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._yes)
        column.addWidget(self._no)
        column.addWidget(self._list, 1)
        column.addWidget(self._facts)

    def show_question(
        self,
        question: Question,
        image: Image,
        original: frozenset[int],
        answers: Mapping[int, Answer],
    ) -> None:
        """Shows an image's tags and what the answers mean."""
        self._model.show(tag_lines(self._vocabulary, original, answers, question.tag_id))
        self._list.scrollTo(self._model.index(self._model.asked_row()))
        self._yes.say(meaning(self._vocabulary, question.tag_id, Answer.YES))
        self._no.say(meaning(self._vocabulary, question.tag_id, Answer.NO))
        self._facts.setText(self._fact_lines(image))
        self._facts.setToolTip(image.path)

    def show_changes(self, yes: Consequences, no: Consequences) -> None:
        """Shows what each answer changes, which tells the side of the question."""
        self._yes.say(change(self._vocabulary, yes))
        self._no.say(change(self._vocabulary, no))

    def show_nothing(self) -> None:
        """Clears the panel."""
        self._model.show([])
        self._yes.say("")
        self._no.say("")
        self._facts.setText("\n")

    def _fact_lines(self, image: Image) -> str:
        room = self.width() - 28
        name = self._facts.fontMetrics().elidedText(
            image.path.rsplit("/", 1)[-1], Qt.TextElideMode.ElideMiddle, room
        )
        size = f"{image.width} \N{MULTIPLICATION SIGN} {image.height}, " if image.width else ""
        words = RATINGS if image.rating_scheme == "gsqe" else OLD_RATINGS
        rating = words.get(image.rating, image.rating)
        return f"{name}\n{size}{_bytes(image.size)}" + (f", {rating}" if rating else "")


class _Consequence(QWidget):
    """A heading and two lines of text, always of the same height."""

    def __init__(self, heading: str, parent: QWidget) -> None:
        super().__init__(parent)
        title = QLabel(heading, self)
        title.setProperty("tone", "heading")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._take_height()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 12, 4)
        column.setSpacing(1)
        column.addWidget(title)
        column.addWidget(self._text)

    def _take_height(self) -> None:
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * 2 + 2)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_height()

    def say(self, text: str) -> None:
        self._text.setText(text)
        self._text.setToolTip(text)


def _bytes(count: int) -> str:
    """A file size in words."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
