"""The report's columns about a tag itself: a share with its interval, or a dash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from reviewer.core.quality.audit import Quality, TagQuality
from reviewer.core.statistics import Interval
from reviewer.ui.figures.report_sheet import FIELDS
from reviewer.ui.figures.table import FigureModel
from tests.gui.test_figures_page import tag_row

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_tag_is_told_with_its_interval(qtbot: QtBot) -> None:
    del qtbot
    quality = Quality(Interval(0.97, 0.9, 1.0), Interval(0.6, 0.24, 0.91))
    told = replace(tag_row("hat", 10, 12), audited=TagQuality(quality, quality))
    model = FigureModel(FIELDS)
    model.show_rows([told, tag_row("cat", 5, 5)])
    columns = [place for place, field in enumerate(FIELDS) if field.title.startswith("true ")]
    shown = [[model.index(row, column).data() for column in columns] for row in (0, 1)]
    assert shown == [
        ["60% (24\N{EN DASH}91)", "97% (90\N{EN DASH}100)"],
        ["\N{EN DASH}", "\N{EN DASH}"],
    ]
    # What nothing is known of comes before what is bad.
    model.sort(columns[0], Qt.SortOrder.AscendingOrder)
    assert model.index(0, 0).data() == "cat"
