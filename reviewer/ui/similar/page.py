"""The images nearest to the one on screen, and whether they have the asked tag."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QScrollArea,
    QWidget,
)

from reviewer.ui.background import Background
from reviewer.ui.side_page import SidePage
from reviewer.ui.similar.cells import SimilarCells
from reviewer.ui.similar.reader import SimilarReader
from reviewer.ui.theme import shown_name
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, segment, text_label

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from reviewer.core.types import Question
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside
    from reviewer.ui.similar.reader import SimilarFound, SimilarImage

AT_ONCE = 3
"""Pictures decoded before they are shown: they appear as they come."""

BY_LOOK = "What the tagger sees alike: the same things, drawn alike"
BY_HASH = "The same picture, saved, scaled or changed a little: mostly so up to some 8 bits apart"


class SimilarPage(SidePage):
    """Shows the nearest images; nothing is answered here, and the question on screen stays.

    Attributes:
        cells: The pictures.
    """

    command_id = "similar"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; each opening looks anew."""
        super().__init__(parent)
        self._review = review
        self._vocabulary = review.session.vocabulary
        self._reader = SimilarReader(review.library, self._vocabulary)
        self._background = Background(self)
        self._question: Question | None = None
        self.cells = SimilarCells(self)
        self._words = text_label(tone="muted", of=self, wrap=True)
        self._title = text_label("Similar images", "page", of=self, wrap=True)
        self._ways = QButtonGroup(self)
        self._lay_out()
        self._background.failed.connect(self._say_failed)

    def _lay_out(self) -> None:
        top = in_row((self._title, 1), gap=10)
        for number, (word, tip) in enumerate((("By look", BY_LOOK), ("By hash", BY_HASH))):
            button = segment(word, tip, self, Qt.FocusPolicy.NoFocus)
            button.setToolTip(f"{tip}  (Space)")
            self._ways.addButton(button, number)
            top.addWidget(button)
        self._ways.button(0).setChecked(True)
        self._ways.idClicked.connect(self._look)
        back = self.back_button()
        back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top.addWidget(back)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.cells)
        in_column(top, self._words, (area, 1), of=self, gap=10, edge=PAGE_EDGE)

    def opened(self) -> None:
        """Looks for the images nearest to the one on screen."""
        super().opened()
        self._question = self._review.session.current
        self._look()

    def left(self) -> None:
        """Drops what is still to come."""
        self._background.forget()
        self._reader.give_up()

    def dispose(self) -> None:
        """Ends the reading."""
        self._background.forget()
        self._reader.give_up()
        self._background.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space changes what nearness is told by; the rest as on every page."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._ways.button(1 - self._ways.checkedId()).setChecked(True)
            self._look()
        else:
            super().keyPressEvent(event)

    # -- inside ----------------------------------------------------------------------------------

    def _look(self) -> None:
        question, by_hash = self._question, self._ways.checkedId() == 1
        self.cells.show_images([])
        if question is None:
            self._title.setText("Similar images")
            self._words.setText("No question is on screen that they could be similar to.")
            return
        name = shown_name(self._vocabulary.name(question.tag_id))
        self._title.setText(f"Similar images: do they show {name}?")
        self._words.setText("Looking\N{HORIZONTAL ELLIPSIS}")
        self._reader.begin()
        self._background.ask(partial(self._reader.find, question, by_hash=by_hash), self._take)

    def _take(self, found: SimilarFound) -> None:
        how = BY_HASH if self._ways.checkedId() == 1 else BY_LOOK
        words = f"{how}. {len(found.images) - 1} of {found.among:,} images, nearest first."
        if found.slow:
            words += " An index would find them sooner: reviewer similar --build"
        self._words.setText(words)
        self.cells.show_images(found.images)
        self._decode(list(found.images))

    def _decode(self, waiting: list[SimilarImage]) -> None:
        if not waiting:
            return
        now, later = waiting[:AT_ONCE], waiting[AT_ONCE:]
        px = max(self.cells.picture_px, 64)
        self._background.ask(
            partial(self._reader.with_pictures, now, px), partial(self._take_pictures, later)
        )

    def _take_pictures(self, later: list[SimilarImage], done: list[SimilarImage]) -> None:
        self.cells.take(done)
        self._decode(later)

    def _say_failed(self, sentence: str) -> None:
        self._words.setText(sentence)
