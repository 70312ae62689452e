"""The summary: figures of a span, plots, controls in dispute, files, time limits."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer

from reviewer.core.review.timebox import Timebox
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.settings import Settings
from reviewer.ui.summary.page import SummaryPage
from reviewer.ui.theme import Theme, apply_theme
from reviewer.ui.widgets.svg_strokes import bake
from tests.gui.conftest import wait_painted
from tests.gui.test_history_page import answer

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


def opened(qtbot: QtBot, window: MainWindow) -> SummaryPage:
    qtbot.keyClick(window.review.page, Qt.Key.Key_T)
    page = window.page
    assert isinstance(page, SummaryPage)
    settled(qtbot, page)
    return page


def settled(qtbot: QtBot, page: SummaryPage) -> None:
    qtbot.waitUntil(lambda: not page._background.busy)


def figures(page: SummaryPage) -> list[str]:
    return [value.text() for value, _ in page.sheet._figures]


def long_log(window: MainWindow) -> None:
    """Some hundred answers of today and of last week, with controls that agree and do not."""
    now = int(time.time() * 1000)
    chance = random.Random(3)
    tags = [tag.id for tag in window.review.session.vocabulary.tags.values()][:4]
    steps = [
        Decision(
            1 + n % 6,
            tags[n // 60],
            Answer(chance.randint(0, 1)),
            Side.MISSING,
            0.5,
            0.5,
            "v1",
            "tester",
            now - (8 * 86_400_000 if n < 60 else 20_000) + 50 * n,
            400,
        )
        for n in range(240)
    ]
    for decision in steps:
        window.review.library.decisions.append([decision])
    for number in range(6):
        known = window.review.library.controls.history((1 + number, tags[3]))[-1]
        other = Answer.YES if known.answer is Answer.NO else Answer.NO
        given = other if number < 2 else known.answer
        control = replace(known, answer=given, origin=Origin.CONTROL, answered_at=now, id=0)
        window.review.library.decisions.append([control])


def test_a_sitting_is_summed_up(qtbot: QtBot, reviewing: MainWindow):
    answer(qtbot, reviewing, "aax")
    page = opened(qtbot, reviewing)
    fixes = sum(d.changes_metadata for d in reviewing.review.library.decisions.live())
    assert figures(page)[:2] == ["3", str(fixes)]
    assert page.sheet.gain._empty.isVisibleTo(page)
    assert page.sheet.tags._view.isVisibleTo(page)
    assert "Nothing was" in page.sheet._how.text()
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert reviewing.page is reviewing.review.page


def test_without_answers_there_is_nothing_to_plot(qtbot: QtBot, reviewing: MainWindow):
    page = opened(qtbot, reviewing)
    assert figures(page) == ["0", "0", "\N{EN DASH}", "\N{EN DASH}", "\N{EN DASH}"]
    for plot in (page.sheet.pace, page.sheet.gain, page.sheet.tags, page.sheet.agreed):
        assert plot._empty.isVisibleTo(page)
        assert not plot._view.isVisibleTo(page)


@pytest.mark.usefixtures("one_day")
def test_spans_hold_what_lies_in_them(qtbot: QtBot, reviewing: MainWindow):
    long_log(reviewing)
    page = opened(qtbot, reviewing)
    counts = []
    for button in page._spans.buttons():
        button.click()
        settled(qtbot, page)
        counts.append(figures(page)[0])
    assert counts == ["186", "186", "186", "246"]
    assert len(page.sheet.gain._plot.items) > 2


def test_a_control_in_dispute_is_asked_again_from_the_summary(qtbot: QtBot, reviewing: MainWindow):
    long_log(reviewing)
    page = opened(qtbot, reviewing)
    assert page.sheet.list.count() == 2
    assert "4 of 6" in page.sheet._how.text()
    record = page.sheet._disputed[0]
    page.sheet.list.setFocus()
    qtbot.keyClick(page.sheet.list, Qt.Key.Key_Return)
    assert reviewing.page is reviewing.review.page
    session = reviewing.review.session
    assert session.current.pair == record.given.pair
    assert session.current.origin is Origin.QUEUE
    answer(qtbot, reviewing, "a")
    page = opened(qtbot, reviewing)
    assert page.sheet.list.count() == 1


def test_the_sheet_is_saved_as_picture_drawing_and_figures(
    qtbot: QtBot, reviewing: MainWindow, tmp_path: Path
):
    long_log(reviewing)
    page = opened(qtbot, reviewing)
    for ending in ("png", "svg", "csv"):
        page.save(tmp_path / f"summary.{ending}")
        assert "Saved" in page._hint.text()
    picture = QImage(str(tmp_path / "summary.png"))
    assert picture.size() == page.sheet.size()
    drawing = ET.parse(tmp_path / "summary.svg").getroot()
    nodes = [node for node in drawing.iter() if node.tag.endswith("text")]
    texts = {"".join(node.itertext()).strip() for node in nodes}
    assert {"answers", "Fixes by tag", "186"} <= texts
    lines = (tmp_path / "summary.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    told = {(row["figure"], row["of"]): row for row in rows}
    assert told["answers", ""]["value"] == "186"
    kinds = {row["figure"] for row in rows}
    assert {"yield of a tag", "self-agreement", "answers a minute then", "yield then"} <= kinds
    page.save(tmp_path / "summary.txt")
    assert "should end in" in page._hint.text()
    page.save(tmp_path / "nowhere" / "summary.svg")
    assert "cannot be written" in page._hint.text()


def test_plots_follow_the_look(qtbot: QtBot, reviewing: MainWindow, qapp: QApplication):
    long_log(reviewing)
    page = opened(qtbot, reviewing)

    def corner() -> int:
        return page.sheet.tags._view.grab().toImage().pixelColor(2, 2).lightness()

    dark = corner()
    apply_theme(qapp, Theme.LIGHT)
    light = corner()
    apply_theme(qapp, Theme.DARK)
    assert dark < 60
    assert light > 180
    assert corner() == dark


def test_lines_of_a_drawing_are_put_where_their_matrix_puts_them(qapp: QApplication):
    drawing, buffer = QSvgGenerator(), QBuffer()
    drawing.setOutputDevice(buffer)
    drawing.setViewBox(QImage(100, 100, QImage.Format.Format_RGB32).rect())
    painter = QPainter(drawing)
    painter.scale(10, 0.5)
    pen = QPen(Qt.GlobalColor.red, 4)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.drawPolyline([QPointF(1, 20), QPointF(9, 20)])
    painter.end()
    text = buffer.data().toStdString()
    assert "non-scaling-stroke" in text
    baked = bake(text)
    assert "non-scaling-stroke" not in baked
    assert "10,10 90,10" in baked
    shown = QImage(100, 100, QImage.Format.Format_RGB32)
    shown.fill(0)
    painter = QPainter(shown)
    QSvgRenderer(QByteArray(baked.encode())).render(painter)
    painter.end()
    red = [y for y in range(100) if shown.pixelColor(50, y).red() > 128]
    assert red
    assert 8 <= min(red) <= max(red) <= 12


def test_time_that_is_up_ends_after_the_answer_with_a_summary(qtbot: QtBot, reviewing: MainWindow):
    page = opened(qtbot, reviewing)
    page._times.button(20).click()
    assert reviewing.page is reviewing.review.page
    assert reviewing.settings.timebox_minutes == 20
    watch, status = reviewing.review.controller.sitting, reviewing.review.page.status
    assert status._time.text() == "20 min left"
    answer(qtbot, reviewing, "a")
    assert reviewing.page is reviewing.review.page
    watch.timebox = Timebox(time.monotonic() - 1300, 20)
    watch._show_time()
    assert status._time.text() == "time is up after this answer"
    assert reviewing.page is reviewing.review.page
    answer(qtbot, reviewing, "a")
    assert isinstance(reviewing.page, SummaryPage)
    assert reviewing.page._title.text() == "20 minutes are over"
    assert watch.timebox is None
    assert status._time.text() == ""
    settled(qtbot, reviewing.page)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_A, Qt.Key.Key_Return):
        qtbot.keyClick(reviewing.focusWidget() or reviewing.page, key)
        assert isinstance(reviewing.page, SummaryPage)
    qtbot.keyClick(reviewing.page, Qt.Key.Key_Escape)
    wait_painted(qtbot, reviewing)
    assert opened(qtbot, reviewing)._title.text() == "Summary"


def test_two_keys_begin_a_sitting_of_the_usual_length(qtbot: QtBot, reviewing: MainWindow):
    page = opened(qtbot, reviewing)
    button = page._times.button(reviewing.settings.timebox_minutes)
    assert reviewing.focusWidget() is button
    qtbot.keyClick(button, Qt.Key.Key_Right)
    assert reviewing.page is page
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert reviewing.page is reviewing.review.page
    assert reviewing.review.controller.sitting.timebox.minutes == 20


def test_a_limit_is_taken_away(qtbot: QtBot, reviewing: MainWindow):
    watch = reviewing.review.controller.sitting
    watch.begin_timebox(10)
    page = opened(qtbot, reviewing)
    assert page._times.checkedId() == 10
    assert page._left.text() == "10 min left"
    page._times.button(0).click()
    assert watch.timebox is None
    assert reviewing.review.page.status._time.text() == ""


@pytest.mark.parametrize(
    "settings", [Settings(reviewer="tester", refresh_every=0, controls_floor_percent=90)]
)
def test_disagreement_with_what_is_known_is_told_once(qtbot: QtBot, reviewing: MainWindow):
    long_log(reviewing)
    watch = reviewing.review.controller.sitting
    notice = reviewing.review.page.notice
    tag_id = reviewing.review.library.controls.records("tester")[0].given.tag_id
    watch._look_at_controls(tag_id)
    assert "4 came out the same" in notice.text
    assert "Of 6 questions on" in notice.text
    notice.clear()
    watch._look_at_controls(tag_id)
    assert notice.text == ""


def test_plots_are_not_loaded_before_they_are_wanted():
    code = "import sys, reviewer.app; print('pyqtgraph' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_the_arrows_move_over_the_times_and_choose_none(qtbot: QtBot, reviewing: MainWindow):
    page = opened(qtbot, reviewing)
    usual = page._times.button(reviewing.settings.timebox_minutes)
    assert page.focusWidget() is usual
    qtbot.keyClick(usual, Qt.Key.Key_Left)
    assert page.focusWidget() is page._times.button(10)
    qtbot.keyClick(page._times.button(10), Qt.Key.Key_Right)
    assert page.focusWidget() is usual
    assert page._times.checkedId() == 0
    qtbot.keyClick(usual, Qt.Key.Key_Left)
    qtbot.keyClick(page._times.button(10), Qt.Key.Key_Return)
    assert reviewing.review.controller.sitting.timebox.minutes == 10
