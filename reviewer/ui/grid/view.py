"""A page of questions as cells of equal size: where they lie, which one the keys act on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from reviewer.core.review.page import MOST, Page
from reviewer.ui.grid.cell import GridCell
from reviewer.ui.grid.large import GridLarge
from reviewer.ui.grid.layout import GAP, beside, shape_for
from reviewer.ui.grid.resting import Resting
from reviewer.ui.pictures.decoding import PictureKey
from reviewer.ui.pictures.paint import paint_message
from reviewer.ui.pictures.view import SETTLE_MS
from reviewer.ui.telling import lead_to
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent


class GridView(QWidget):
    """Shows one page.

    Attributes:
        large: One image over the others.
        painted: Emitted when every picture of the page has been painted.
        clicked, doubted: Emitted with the place of a cell, by the button of the mouse.
        rested: Emitted with the place that the pointer rests on, -1 when it goes.
        resized: The size that pictures should be decoded at has changed.
        begun: Another page is shown.
    """

    painted = Signal()
    clicked = Signal(int)
    doubted = Signal(int)
    rested = Signal(int)
    resized = Signal()
    begun = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins without a page."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Page of images")
        self._page: Page | None = None
        self._message = ""
        self._focus = 0
        self._done = False
        self._shape = shape_for(self.width(), self.height())
        self._resting = Resting(self)
        self._resting.rested.connect(self.rested)
        self._cells = [self._make_cell(place) for place in range(MOST)]
        self.large = GridLarge(self)
        self._settled = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settled.timeout.connect(self.resized)

    def _make_cell(self, place: int) -> GridCell:
        cell = GridCell(place, self)
        for button, told in ((cell.clicked, self.clicked), (cell.doubted, self.doubted)):
            # Who clicks knows enough; the large picture would only be in the way of the next click.
            button.connect(partial(self._resting.spend, place))
            button.connect(partial(told.emit, place))
        cell.pointed.connect(partial(self._resting.move, place))
        cell.left.connect(self._resting.leave)
        cell.painted.connect(self._check_painted)
        cell.hide()
        return cell

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def capacity(self) -> int:
        """How many questions a page should have in this window."""
        return shape_for(self.width(), self.height()).cells

    @property
    def is_shown(self) -> bool:
        """Whether a page of questions is on screen, and no single one."""
        return not self.isHidden()

    @property
    def focus(self) -> int:
        """The place that the keys act on."""
        return self._focus

    @property
    def has_painted(self) -> bool:
        """Whether all pictures of the page have been painted."""
        return self._done

    def cell(self, place: int) -> GridCell:
        """The cell at a place."""
        return self._cells[place]

    def key(self, image_id: int) -> PictureKey:
        """What to decode so that an image fits a cell without scaling."""
        box = self._cells[0].box()
        return PictureKey(image_id, box.width(), box.height())

    def show_page(self, page: Page, images: Mapping[int, QImage], message: str = "") -> None:
        """Shows a page from its beginning; `images` are those decoded so far, by image id.

        Args:
            page: What to show; it may be empty.
            images: The small pictures that are there.
            message: What to say if the page is empty.
        """
        self._page, self._done = page, False
        self._message = "" if page else message
        self._resting.stop()
        self.large.dismiss()
        self._lay_out()
        for cell in self._cells:
            if cell.place < len(page):
                cell.ask(images.get(page.questions[cell.place].image_id))
                self.show_mark(cell.place)
            else:
                cell.clear()
        self._set_focus(0)
        self.update()
        self.begun.emit()

    def show_mark(self, place: int) -> None:
        """Shows the answer of a place as it is on the page now."""
        if self._page is None:
            return
        answer, presumed = self._page.answer(place), self._page.presumed
        self._cells[place].show_answer(answer, presumed, flagged=self._page.flag_of(place))
        if self.large.image_id == self._page.questions[place].image_id:
            self.large.show_answer(answer, is_exception=answer is not presumed)
        self._check_painted()

    def accept(self, image_id: int, image: QImage) -> None:
        """Takes a small picture that was decoded later."""
        for place, question in enumerate(self._page.questions if self._page else ()):
            if question.image_id == image_id:
                self._cells[place].show_image(image)

    # -- focus and the large picture -------------------------------------------------------------

    def move_focus(self, place: int) -> None:
        """Lets the keys act on another cell."""
        self._set_focus(place)
        self.tell_focus()

    def tell_focus(self) -> None:
        """Leads a screen reader to the cell that the keys act on, if there is one."""
        if self._page and self.is_shown:
            lead_to(self._cells[self._focus])

    def _set_focus(self, place: int) -> None:
        self._focus = place
        for cell in self._cells:
            cell.show_focus(cell.place == place and bool(self._page))

    def step_focus(self, direction: str) -> None:
        """Moves the focus one cell: "Left", "Right", "Up" or "Down"."""
        self.move_focus(self._shape.moved(self._focus, direction, len(self._page or ())))

    def show_large(self, place: int, *, whole: bool) -> None:
        """Shows a cell large.

        Args:
            place: Of the cell.
            whole: Over the whole page; otherwise beside the cell, which stays in sight.
        """
        if not self._page or place >= len(self._page):
            return
        cell = self._cells[place]
        left, width = 0, self.width()
        if not whole:
            image = cell.image
            needed = self.height() * image.width() // image.height() if image else width
            left, width = beside(cell.x(), cell.width(), self.width(), needed)
        room = QRect(left + GAP, GAP, width - 2 * GAP, self.height() - 2 * GAP)
        self.large.show_over(room, self._page.questions[place].image_id, cell.image)
        self.show_mark(place)

    # -- Qt --------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the ground, and the sentence of an empty page."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look().canvas))
        if self._message:
            paint_message(painter, self.rect(), self._message)
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lays the cells out anew; pictures are decoded again once the size has settled."""
        self._lay_out()
        self.large.dismiss()
        self._settled.start()

    def _lay_out(self) -> None:
        count = len(self._page or ())
        self._shape = shape_for(self.width(), self.height(), count)
        for cell in self._cells:
            cell.setVisible(cell.place < count)
            left, top = self._shape.corner(cell.place)
            cell.setGeometry(left, top, self._shape.cell_width, self._shape.cell_height)

    def _check_painted(self) -> None:
        if self._done or not self._page:
            return
        if all(cell.is_settled for cell in self._cells[: len(self._page)]):
            self._done = True
            self.painted.emit()
