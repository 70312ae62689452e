"""Why a question is asked, in words and small pictures: beside the picture while V is on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QWidget

from reviewer.core.types import Side
from reviewer.jobs.taggers.seen import Learnt
from reviewer.ui.implying import implied_words
from reviewer.ui.theme import look, shown_name
from reviewer.ui.why.facts import SHOWN
from reviewer.ui.widgets.parts import in_column, text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtGui import QPaintEvent

    from reviewer.core.types import Question
    from reviewer.store.heatmaps import Explained
    from reviewer.ui.why.facts import Neighbour, WhyFacts

GAP = 4
MARKS = {True: "\N{CHECK MARK} has", False: "lacks"}
NO_RULE = "No other tag of this image implies it."
NO_MAP = "This was not worked out ahead. It is worked out now, and shown here when it is done."
WORKING = "Being worked out\N{HORIZONTAL ELLIPSIS}"
NO_TAGGER = "No tagger has seen the picture yet."
CANNOT = "It could not be worked out; the jobs may say why."
NOTHING_SEEN = "Heat map: nothing in the picture speaks for the tag."
SEEN = (
    "Bright in the picture, within the line: where the tagger sees it. The same key takes it away."
)
FAINT = (
    "The tagger sees hardly anything of it. Bright, within the line, is what comes nearest. "
    "The same key takes it away."
)
LEARNT: Mapping[Learnt | None, str] = MappingProxyType(
    {
        None: "",
        Learnt.OTHER_LABELS: "The tagger was trained on other labels than these.",
        Learnt.PERHAPS: "The tagger may have learnt this very label where it was trained.",
        Learnt.KEPT_OUT: "No tagger is trained on this image.",
        Learnt.NETWORK: "The network has learnt from this image, the heads that score it have not.",
        Learnt.ALL: "The tagger has learnt from this image: its score may echo the metadata.",
    }
)
"""What the score owes to the label that it is to judge, for people."""
WORTH_SAYING = 0.05
"""Difference of chances below which nobody would ask otherwise."""
LITTLE = 0.1
"""A score below which a heat map shows next to nothing, and is said to."""


class NeighbourRow(QWidget):
    """The nearest images, with what they say, in a row that always has the same height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._entries: Sequence[Neighbour] = ()
        # One that is fixed stays as high as it is in a panel of usual width.
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def cell_px(self) -> int:
        """Side of a picture, device pixels."""
        return max(round(self._cell(self.width()) * self.devicePixelRatioF()), 16)

    def show_neighbours(self, entries: Sequence[Neighbour]) -> None:
        """Shows the first few; a picture that is there stays until its image goes."""
        there = {entry.image_id: entry.picture for entry in self._entries}
        self._entries = [
            entry
            if entry.picture is not None
            else replace(entry, picture=there.get(entry.image_id))
            for entry in entries[:SHOWN]
        ]
        said = ", ".join("has it" if entry.has else "lacks it" for entry in self._entries)
        self.setAccessibleName(f"The nearest images: {said}" if said else "No neighbours are known")
        self.update()

    def sizeHint(self) -> QSize:
        """For a panel of usual width."""
        return QSize(200, self.heightForWidth(200))

    def hasHeightForWidth(self) -> bool:
        """Pictures are square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """A square and a line below it."""
        return self._cell(width) + QFontMetrics(self.font()).height() + GAP

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the pictures with a word below each."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        side = self._cell(self.width())
        for place in range(SHOWN):
            cell = QRect(place * (side + GAP), 0, side, side)
            painter.fillRect(cell, QColor(look().raised))
            if place < len(self._entries):
                self._paint(painter, cell, self._entries[place])
        painter.end()

    def _paint(self, painter: QPainter, cell: QRect, entry: Neighbour) -> None:
        if entry.picture is not None:
            size = entry.picture.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(cell.center())
            painter.drawImage(target, entry.picture)
        if entry.has:
            painter.setPen(QPen(QColor(look().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(1, 1, -1, -1))
        painter.setPen(QColor(look().text if entry.has else look().muted))
        below = QRect(cell.left(), cell.bottom() + 2, cell.width(), self.height() - cell.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, MARKS[entry.has])

    def _cell(self, width: int) -> int:
        return max((width - (SHOWN - 1) * GAP) // SHOWN, 16)


class WhyPanel(QScrollArea):
    """Score, suspicion, evidence by source, neighbours, and what the heat map shows."""

    def __init__(self, name: Callable[[int], str], parent: QWidget | None = None) -> None:
        """Begins empty.

        Args:
            name: The name of a tag by its id.
            parent: Its owner.
        """
        super().__init__(parent)
        self._name = name
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Why this is asked")
        inside = QWidget(self)
        column = in_column(of=inside, gap=3, edge=(12, 4, 12, 6))
        self._column = column
        self._score = self._part(inside, "Score and suspicion")
        self._near = self._part(inside, "Nearest images")
        self.row = NeighbourRow(inside)
        column.addWidget(self.row)
        self._implied = self._part(inside, "Implied by")
        self._others = self._part(inside, "Its other tags")
        self._heat = self._part(inside, "Where the tagger sees it")
        column.addStretch(1)
        self.setWidget(inside)

    def sizeHint(self) -> QSize:
        """As small as it may be: the panel gives it what room there is."""
        return QSize(120, 120)

    @property
    def words(self) -> str:
        """All that is written, a line a part."""
        parts = (self._score, self._near, self._implied, self._others, self._heat)
        return "\n".join(part.text() for part in parts)

    def show_question(self, question: Question) -> None:
        """Shows what is known at once, before the facts are read."""
        self._score.setText(score_words(question))
        self._implied.setText(NO_RULE)
        for part in (self._near, self._others, self._heat):
            part.setText("\N{HORIZONTAL ELLIPSIS}")
        self.row.show_neighbours(())
        self.verticalScrollBar().setValue(0)

    def show_facts(self, facts: WhyFacts, *, coming: bool) -> None:
        """Shows what was read.

        Args:
            facts: What was read.
            coming: Whether what is lacking is being worked out.
        """
        question = facts.question
        doubt = doubt_words(facts.doubt)
        said = (
            score_words(question),
            doubt,
            since_words(facts),
            record_words(facts),
            LEARNT[facts.learnt],
        )
        self._score.setText("\n".join(words for words in said if words))
        self._near.setText(neighbour_words(facts.neighbours))
        self.row.show_neighbours(facts.neighbours)
        self._implied.setText(implied_words(facts.implied, self._name) or NO_RULE)
        if not question.version:
            self._others.setText(NO_TAGGER)
            self._heat.setText(NO_TAGGER)
            return
        self._others.setText(companion_words(facts.explained, self._name, coming=coming))
        self._heat.setText(heat_words(facts.explained, question.score, coming=coming))

    def _part(self, parent: QWidget, heading: str) -> QLabel:
        title = text_label(heading, "heading", of=parent)
        text = text_label(of=parent, wrap=True)
        text.setAccessibleName(heading)
        self._column.addSpacing(GAP)
        self._column.addWidget(title)
        self._column.addWidget(text)
        return text


def score_words(question: Question) -> str:
    """Score and suspicion of a question."""
    side = "absent" if question.side is Side.MISSING else "present"
    source = "The tagger gives" if question.version else "Its other tags give"
    return (
        f"{source} {question.score:.2f} of 1, the metadata says {side}. "
        f"All evidence together: {question.suspicion:.0%} that the metadata is wrong."
    )


def doubt_words(doubt: tuple[float, float] | None) -> str:
    """How sure the ranking is of a suspicion; nothing where it does not say."""
    if doubt is None:
        return ""
    low, high = (f"{end:.0%}" for end in doubt)
    if low == high:
        return f"The ranking itself is sure of that: {low} (95%)."
    return f"The ranking itself sets it between {low} and {high} (95%)."


def since_words(facts: WhyFacts) -> str:
    """What the answers on the tag make of the suspicion; nothing where they agree with it."""
    if abs(facts.promised - facts.question.suspicion) < WORTH_SAYING:
        return ""
    return f"The answers on this tag since then make it {facts.promised:.0%}."


def record_words(facts: WhyFacts) -> str:
    """What answers at about this suspicion gave."""
    if facts.record is None:
        return "Track record: no answers yet at about this suspicion."
    answers = "1 answer" if facts.answers == 1 else f"{facts.answers} answers"
    return (
        f"Track record: of {answers} at about this suspicion, {facts.record.share:.0%} found it "
        f"wrong ({facts.record.low:.0%} to {facts.record.high:.0%})."
    )


def neighbour_words(neighbours: Sequence[Neighbour]) -> str:
    """How many of the nearest images carry the tag."""
    if not neighbours:
        return "None are known for this image; a refresh finds them."
    carrying = sum(entry.has for entry in neighbours)
    confirmed = sum(entry.confirmed for entry in neighbours)
    said = f", {confirmed} of them answered by a person" if confirmed else ""
    return f"{carrying} of the {len(neighbours)} nearest have the tag{said}."


def companion_words(
    explained: Explained | None, name: Callable[[int], str], *, coming: bool = False
) -> str:
    """What the image's other tags say, or that it is not known."""
    if explained is None:
        return WORKING if coming else "Not worked out yet."
    if not explained.companions:
        return "They say little about it."
    lines = [
        f"{share:.0%} of those with {shown_name(name(tag))}" for tag, share in explained.companions
    ]
    return "\n".join(["The tag is on", *lines, f"{explained.usual:.0%} of all images"])


def heat_words(explained: Explained | None, score: float, *, coming: bool = False) -> str:
    """What the heat map shows, or why there is none."""
    if explained is None:
        return NO_MAP if coming else CANNOT
    if not explained.heat.any():
        return NOTHING_SEEN
    return SEEN if score >= LITTLE else FAINT
