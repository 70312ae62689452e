"""The question, in a fixed place, large: "Does this image show X?"."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.core.types import Answer, Category, Side
from reviewer.ui.aids.sibling_chips import SiblingChips
from reviewer.ui.theme import category_colour, look, points, scaled, shown_name
from reviewer.ui.widgets.parts import plain_tip, two_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from reviewer.core.review.page import Page
    from reviewer.core.types import Question, Tag

LEAD = "Does this image show"
PRESUMED = "All of these are presumed:"
LEAD_SHORT = "Shows"
PRESUMED_SHORT = "Presumed:"
"""In a window too narrow for the tag beside the whole sentence."""
DOES = MappingProxyType({Answer.YES: "shows", Answer.NO: "does not show"})
PAGE_HINT = "Flip the exceptions, then {grid.commit}."
UNLIKE_HINT = "Not as on the page before: look, then {grid.commit} twice."
"""With the ids of commands in braces for their keys."""
ORDER = (Answer.YES, Answer.NO, Answer.UNSURE)
LEAD_POINTS = 14.0
TAG_POINTS = 20.0
LEAST_POINTS = 12.0
NOTE_POINTS = 9.5
CHIP_PAD = 12.0
GAP = 14.0

_Said: TypeAlias = tuple[str, Answer | None]
"""Words, and the answer that they name, if any."""
_Part: TypeAlias = tuple[str, QFont, str]
"""Words, their font and their colour."""


class _Fonts(NamedTuple):
    """Of the words before the tag, of answers among them, of the tag, and of small words."""

    lead: QFont
    strong: QFont
    tag: QFont
    note: QFont


def why_text(question: Question) -> str:
    """What the reviewer does not see until asked for: side, score and suspicion."""
    side = "absent" if question.side is Side.MISSING else "present"
    return (
        f"The metadata says {side}.  Score {question.score:.2f}, "
        f"suspicion {question.suspicion:.0%}"
        + (f", version {question.version}" if question.version else "")
    )


class QuestionBar(QWidget):
    """Paints the question and one line below it; its height never changes.

    The first question about another tag than before is painted the other way round, light for dark:
    a hand that answers to a beat must not go on with the tag that it has in mind.

    Attributes:
        siblings: In its place while a sibling is chosen.
        told: It says something else.
    """

    told = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins without a question."""
        super().__init__(parent)
        # It fills its whole box: what lies behind need not be painted first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tag: Tag | None = None
        self._note = ""
        self._heed = False
        self._is_new = False
        self._asides: dict[str, str] = {}
        self._lead: list[_Said] = [(LEAD, None)]
        self._tail = "?"
        self._take_fonts()
        self.siblings = SiblingChips(self)

    def _take_fonts(self) -> None:
        self._fonts = _fonts(self.font())
        self.setFixedHeight(self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        if event.type() == QEvent.Type.FontChange:
            self._take_fonts()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        """Room for the chip and the line below it."""
        chip = QFontMetricsF(self._fonts.tag).height() + CHIP_PAD
        note = QFontMetricsF(self._fonts.note).height()
        return QSize(480, round(chip + note + 26))

    def show_question(self, tag: Tag, answered: Answer | None) -> None:
        """Asks about a tag.

        Args:
            tag: What is asked about.
            answered: The live answer, when one walked back to an answered question.
        """
        lead: list[_Said] = [(LEAD, None)]
        note = "" if answered is None else f"You answered {answered.word}."
        was_new, self._is_new = self._is_new, self._tag is not None and self._tag != tag
        if (tag, lead, note) == (self._tag, self._lead, self._note):
            # Questions come in blocks of one tag; painting the same words again delays the picture.
            if was_new:
                self.update()
            return
        self._tag, self._lead, self._tail, self._note = tag, lead, "?", note
        self._heed = False
        self.setToolTip(plain_tip(tag.name))
        self._say(f"{LEAD} {shown_name(tag.name)}? ({tag.category.word} tag)")

    def show_page(self, tag: Tag, page: Page, naming: Callable[[str], str]) -> None:
        """Says what is presumed of a page, and how many answers it has of each kind.

        Args:
            tag: What is asked about.
            page: The questions with their answers.
            naming: Writes the person's keys for the ids of commands in braces.
        """
        self._tag, self._is_new = tag, False
        answer = page.presumed
        self._lead = [
            (f"{PRESUMED} ", None),
            (f"{answer.word}, ", answer),
            (DOES[answer], None),
        ]
        self._tail = ""
        counts = page.counts()
        tally = ", ".join(f"{counts[answer]} {answer.word}" for answer in ORDER if counts[answer])
        hint = naming(UNLIKE_HINT if page.unlike_before else PAGE_HINT)
        self._note, self._heed = f"{hint}  {tally}.", page.unlike_before
        name = shown_name(tag.name)
        said = "".join(text for text, _ in self._lead)
        self.setToolTip(plain_tip(tag.name))
        self._say(f"{said} {name}. ({tag.category.word} tag)")

    def show_why(self, question: Question) -> None:
        """Shows the side, the score and the suspicion below the question."""
        self._note, self._heed = why_text(question), False
        self._say(self.accessibleName())

    def show_nothing(self) -> None:
        """Clears the bar; its place stays."""
        self._tag, self._is_new = None, False
        self._note = ""
        self._say("No question")

    def say_aside(self, kind: str, text: str) -> None:
        """Writes something more into the line below, or takes it away where the text is empty.

        Args:
            kind: What it is about; the text of that kind before is replaced.
            text: A few words.
        """
        if self._asides.get(kind, "") != text:
            self._asides[kind] = text
            self._say(self.accessibleName())

    def _say(self, name: str) -> None:
        """Paints what there is to say, and has it told."""
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.line)
        self.update()
        self.told.emit()

    @property
    def line(self) -> str:
        """All that stands in the line below."""
        asides = [text for _, text in sorted(self._asides.items()) if text]
        return "   \N{MIDDLE DOT}   ".join([*([self._note] if self._note else []), *asides])

    @property
    def note(self) -> str:
        """The line below the question."""
        return self._note

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints lead, chip, question mark, category and the line below."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(look().ground))
        if self._tag is not None:
            self._paint_question(painter, self._tag)
        painter.end()

    def _paint_question(self, painter: QPainter, tag: Tag) -> None:
        fonts = self._fitting_fonts(tag)
        lead = QFontMetricsF(fonts.lead)
        small = QFontMetricsF(fonts.note)
        height = QFontMetricsF(self._fonts.tag).height() + CHIP_PAD
        word = f"{tag.category.word} tag"
        tail_width = lead.horizontalAdvance(self._tail) + GAP + small.horizontalAdvance(word)
        around = tail_width + 3 * GAP + 2 * CHIP_PAD
        parts = self._fitting_lead(fonts, self.width() - around, shown_name(tag.name))
        lead_width = _width(parts)
        room = max(self.width() - lead_width - around, 60.0)
        font, lines = chip_lines(fonts.tag, shown_name(tag.name), room)
        name = QFontMetricsF(font)
        chip_width = max(name.horizontalAdvance(line) for line in lines) + 2 * CHIP_PAD
        left = (self.width() - lead_width - GAP - chip_width - GAP / 2 - tail_width) / 2
        top = 8.0
        baseline = top + (height + lead.ascent() - lead.descent()) / 2
        for part, part_font, colour in parts:
            painter.setFont(part_font)
            painter.setPen(QColor(colour))
            painter.drawText(round(left), round(baseline), part)
            left += QFontMetricsF(part_font).horizontalAdvance(part)
        left += GAP
        painter.setFont(font)
        box = QRectF(left, top, chip_width, height)
        _paint_chip(painter, box, "\n".join(lines), tag.category, filled=self._is_new)
        left += chip_width + GAP / 2
        painter.setFont(fonts.lead)
        painter.setPen(QColor(look().text))
        painter.drawText(round(left), round(baseline), self._tail)
        left += lead.horizontalAdvance(self._tail) + GAP
        painter.setFont(fonts.note)
        painter.setPen(QColor(look().muted))
        painter.drawText(round(left), round(baseline), word)
        self._paint_line(painter, top + height + 4)

    def _paint_line(self, painter: QPainter, top: float) -> None:
        """Paints the line below, smaller where it is long, cut and whole in the tip at worst."""
        font = _font_for(self._fonts.note, self.line, self.width() - 2 * GAP, NOTE_POINTS - 1)
        metrics = QFontMetricsF(font)
        text = metrics.elidedText(self.line, Qt.TextElideMode.ElideRight, self.width() - GAP)
        below = QRectF(0, top, self.width(), QFontMetricsF(self._fonts.note).height() + 6)
        if self._heed:
            painter.setPen(QColor(look().accent))
        painter.setFont(font)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)

    def _fitting_fonts(self, tag: Tag) -> _Fonts:
        """The fonts at the size that is set; smaller, to the usual size, where that is too wide."""
        least = max(1 / scaled(1), 0.5)
        for factor in (1.0, 0.85, 0.7):
            if factor <= least:
                break
            fonts = _fonts(self.font(), factor)
            around = QFontMetricsF(fonts.note).horizontalAdvance(f"{tag.category.word} tag")
            around += 6 * GAP + 2 * CHIP_PAD
            name = QFontMetricsF(fonts.lead).horizontalAdvance(shown_name(tag.name))
            for parts in (self._parts(fonts), _shortened(self._parts(fonts))):
                if _width(parts) + name + around <= self.width():
                    return fonts
        return self._fonts if least >= 1 else _fonts(self.font(), least)

    def _parts(self, fonts: _Fonts) -> list[_Part]:
        """The words before the tag."""
        return [
            (text, fonts.lead, look().text)
            if answer is None
            else (text, fonts.strong, look().answers[answer])
            for text, answer in self._lead
        ]

    def _fitting_lead(self, fonts: _Fonts, room: float, name: str) -> list[_Part]:
        """The words before the tag; shorter ones if they would stand larger than the tag."""
        least = QFont(fonts.tag)
        least.setPointSizeF(fonts.lead.pointSizeF())
        parts = self._parts(fonts)
        if _width(parts) + QFontMetricsF(least).horizontalAdvance(name) <= room:
            return parts
        return _shortened(parts)


def chip_lines(base: QFont, name: str, room: float) -> tuple[QFont, list[str]]:
    """A tag's name on one line, smaller where it is long; on two where that is too wide as well.

    Args:
        base: The largest font.
        name: As it is shown.
        room: Width of a line, device-independent pixels.

    Returns:
        The font, and one or two lines; shortened in their middles if even that is too narrow.
    """
    font = _font_for(base, name, room)
    return font, two_lines(name, QFontMetrics(font), int(room))


def _font_for(base: QFont, text: str, room: float, least: float = LEAST_POINTS) -> QFont:
    """The largest font in which a text fits; very long ones are cut all the same."""
    font = QFont(base)
    width = QFontMetricsF(font).horizontalAdvance(text)
    if width > room:
        font.setPointSizeF(max(font.pointSizeF() * room / width, least))
    while font.pointSizeF() > least and QFontMetricsF(font).horizontalAdvance(text) > room:
        font.setPointSizeF(font.pointSizeF() - 0.5)
    return font


def _shortened(parts: list[_Part]) -> list[_Part]:
    return [
        (text.replace(PRESUMED, PRESUMED_SHORT).replace(LEAD, LEAD_SHORT), font, ink)
        for text, font, ink in parts
    ]


def _width(parts: list[_Part]) -> float:
    return sum(QFontMetricsF(font).horizontalAdvance(text) for text, font, _ in parts)


def _paint_chip(
    painter: QPainter, box: QRectF, text: str, category: Category, *, filled: bool
) -> None:
    colour = category_colour(category)
    painter.setBrush(colour if filled else QColor(look().raised))
    painter.setPen(QPen(colour, 1.5))
    painter.drawRoundedRect(box, 7, 7)
    painter.setPen(QColor(look().ground) if filled else colour)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _fonts(base: QFont, factor: float = 1.0) -> _Fonts:
    """The fonts of the bar, at a share of the size that is set."""
    return _Fonts(
        _font(base, LEAD_POINTS * factor),
        _font(base, LEAD_POINTS * factor, bold=True),
        _font(base, TAG_POINTS * factor, bold=True),
        _font(base, NOTE_POINTS * factor),
    )


def _font(base: QFont, size: float, *, bold: bool = False) -> QFont:
    font = QFont(base)
    font.setPointSizeF(points(size))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font
