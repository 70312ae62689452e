"""The collection in figures: statistics, scores and every tag, worked out when they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QStackedWidget,
    QWidget,
)

from reviewer.store.figures import FigureFiles
from reviewer.ui.figures.character_sheet import CharacterSheet
from reviewer.ui.figures.noise_sheet import NoiseSheet
from reviewer.ui.figures.report_sheet import ReportSheet
from reviewer.ui.figures.score_sheet import ScoreSheet
from reviewer.ui.figures.statistics_sheet import StatisticsSheet
from reviewer.ui.figures.vetted_sheet import VettedSheet
from reviewer.ui.side_page import SidePage
from reviewer.ui.widgets.flow import Flow
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, segment, text_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from reviewer.ui.figures.sheet import FigureSheet
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside


class FiguresPage(SidePage):
    """Some sheets, one at a time; digits go from one to another.

    Attributes:
        sheets: Those that were shown so far, by name.
    """

    command_id = "figures"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins empty; each opening reads what is newer."""
        super().__init__(parent)
        files = FigureFiles(review.library.workspace.figures)
        pictures = review.controller.showing.files
        self.sheets: dict[str, FigureSheet] = {}
        # Each has several plots, which take a tenth of a second: made when it is first shown.
        self._makers: dict[str, Callable[[], FigureSheet]] = {
            "Statistics": lambda: StatisticsSheet(files, beside, self),
            "Scores": lambda: ScoreSheet(files, beside, pictures, self),
            "Every tag": lambda: ReportSheet(files, beside, review.library, self),
            "Noise": lambda: NoiseSheet(files, beside, self),
            "Characters": lambda: CharacterSheet(files, beside, self),
            "Vetted": lambda: VettedSheet(files, beside, self),
        }
        self._stack = QStackedWidget(self)
        self._tabs = QButtonGroup(self)
        self._told = text_label(tone="muted", of=self, wrap=True)
        self._told.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        title = text_label("Figures", "page", of=self)
        top = in_row(gap=10)
        tabs = Flow()
        # They are lower than the button beside them.
        tabs.setContentsMargins(0, 3, 0, 0)
        top.addWidget(title)
        top.addSpacing(12)
        for place, name in enumerate(self._makers):
            button = segment(f"{place + 1}  {name}", name, self)
            self._tabs.addButton(button, place)
            tabs.addWidget(button)
        self._tabs.button(0).setChecked(True)
        self._tabs.idClicked.connect(self.show_sheet)
        top.addLayout(tabs, 1)
        top.addWidget(self.back_button())
        in_column(top, self._told, (self._stack, 1), of=self, gap=12, edge=PAGE_EDGE)

    @property
    def sheet(self) -> FigureSheet:
        """The one that is shown."""
        name = self.names[self._tabs.checkedId()]
        if name not in self.sheets:
            sheet = self.sheets[name] = self._makers[name]()
            sheet.told.connect(self._say)
            self._stack.addWidget(sheet)
        return self.sheets[name]

    @property
    def names(self) -> list[str]:
        """Of all sheets, in the order of their digits."""
        return list(self._makers)

    def show_sheet(self, place: int) -> None:
        """Shows one of them, counted from 0."""
        self._tabs.button(place).setChecked(True)
        self._say("")
        self._show()

    def _say(self, sentence: str) -> None:
        self._told.setText(sentence)
        self._told.setVisible(bool(sentence))

    def opened(self) -> None:
        """Reads what is newer than what is shown."""
        super().opened()
        self._show()

    def _show(self) -> None:
        sheet = self.sheet
        self._stack.setCurrentWidget(sheet)
        sheet.opened()

    def dispose(self) -> None:
        """Ends reading and decoding."""
        for sheet in self.sheets.values():
            sheet.dispose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit shows a sheet."""
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < len(self._makers):
            self.show_sheet(place)
        else:
            super().keyPressEvent(event)
