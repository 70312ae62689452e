"""Plots that are shown again and again: one axis of dates, nothing left over, files that open."""

from __future__ import annotations

import datetime as dt
import gc
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel

from reviewer.core.errors import SourceError
from reviewer.core.queues import QueueBook, Ranking
from reviewer.core.review.advice import outlook
from reviewer.core.review.sitting import Line
from reviewer.core.statistics import wilson
from reviewer.core.types import Question, Side
from reviewer.ui.figures.figure_plots import Column, FigurePlot, Length
from reviewer.ui.figures.plots import Bar, Mark, Plot
from reviewer.ui.why.facts import WhyFacts
from reviewer.ui.why.panel import doubt_words, since_words
from reviewer.ui.widgets.saving import save_widget, with_ending

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

T0 = 1_767_607_200.0


def line(points: int, began: float = T0) -> Line:
    at = began + 60.0 * np.arange(points)
    value = np.linspace(0.2, 0.8, points)
    return Line(at, value, value - 0.1, value + 0.1)


def test_a_plot_that_is_shown_often_keeps_one_axis_and_nothing_of_before(qtbot: QtBot) -> None:
    plot = Plot("Yield", "Nothing yet.")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show_line(line(20), percent=True)
    axis = plot._plot.getAxis("bottom")
    items = len(plot._plot.items)
    for turn in range(40):
        plot.show_line(line(20 + turn % 3, T0 + 86_400 * turn), percent=True)
        if turn % 5 == 0:
            gc.collect()
            plot.grab()
    assert plot._plot.getAxis("bottom") is axis
    assert len(plot._plot.items) == items
    began = dt.datetime.fromtimestamp(T0 + 86_400 * 39).astimezone()
    assert axis.tickStrings([0.0], 1.0, 60.0) == [f"{began:%H:%M}"]


@pytest.mark.parametrize("days", [0.001, 0.02, 0.2, 1.0, 3.0, 40.0, 900.0, 5000.0])
def test_times_of_day_stand_apart_however_long_the_plot(qtbot: QtBot, days: float) -> None:
    plot = Plot("Answers a minute", "Nothing yet.")
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    at = T0 + np.linspace(0, days * 86_400, 50)
    plot.show_line(Line(at, np.linspace(1, 2, 50)))
    # Drawn as well: a plot of more than some hours once stood still here.
    assert not plot.grab().isNull()
    axis = plot._plot.getAxis("bottom")
    ((step, ticks),) = axis.tickValues(0.0, days * 86_400, 560.0)
    assert 1 <= len(ticks) <= 8
    assert all(0 <= tick <= days * 86_400 for tick in ticks)
    words = axis.tickStrings(ticks, 1.0, step)
    if step < 86_400:
        minutes = [int(w[-2:]) for w in words if ":" in w]
        assert all(60 * minute % min(step, 3600) == 0 for minute in minutes)
    else:
        assert not any(":" in word for word in words)


def test_kinds_of_plots_take_each_others_place(qtbot: QtBot) -> None:
    plot = FigurePlot("Figures", "Nothing.")
    qtbot.addWidget(plot)
    plot.show_columns([Column(3, "a"), Column(1000, "b")], log=True)
    plot.show_lengths([Length("up", 2, "+2"), Length("down", -1, "-1")])
    plot.show_lines([("cat", [1.0, 2.0]), ("dog", [2.0, 2.0])], ["1", "100"])
    assert plot._button.isVisibleTo(plot)
    plot.show_empty()
    assert not plot._button.isVisibleTo(plot)
    assert plot._empty.text() == "Nothing."


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_bars_and_marks_are_saved_with_their_heading(
    qtbot: QtBot, tmp_path: Path, ending: str
) -> None:
    plot = Plot("Fixes by tag", "Nothing.")
    qtbot.addWidget(plot)
    plot.resize(500, 260)
    plot.show_bars([Bar("cat", 3, 5, "3 of 5")])
    plot.save(tmp_path / f"bars{ending}")
    plot.show_marks([Mark("recall", wilson(40, 50)), Mark("recall", wilson(30, 50), second=True)])
    plot.save(tmp_path / f"marks{ending}")
    written = [(tmp_path / f"{name}{ending}").read_bytes() for name in ("bars", "marks")]
    assert written[0] != written[1]
    if ending == ".svg":
        assert all(QSvgRenderer(str(tmp_path / f"{n}.svg")).isValid() for n in ("bars", "marks"))
        assert b"Fixes by tag" in written[0]


def test_what_cannot_be_written_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    label = QLabel("words")
    qtbot.addWidget(label)
    for name in ("no folder/plot.png", "no folder/plot.svg", "plot.pdf"):
        with pytest.raises(SourceError, match=r"Choose another place|should end in"):
            save_widget(label, tmp_path / name, "Words")
    assert with_ending("/a.b/plot", "Drawing (*.svg)") == "/a.b/plot.svg"
    assert with_ending("/a/plot.png", "Drawing (*.svg)") == "/a/plot.png"


def test_the_save_button_asks_where_to(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot = FigurePlot("Ratings: shares, %", "Nothing.")
    qtbot.addWidget(plot)
    plot.show_columns([Column(3, "a")])
    asked: list[str] = []

    def choose(_parent: object, _title: str, usual: str, _kinds: str) -> tuple[str, str]:
        asked.append(usual)
        return str(tmp_path / "chosen"), "Picture (*.png)"

    monkeypatch.setattr("reviewer.ui.figures.plot_frame.QFileDialog.getSaveFileName", choose)
    plot._button.click()
    assert asked[0].endswith("ratings-shares.png")
    assert (tmp_path / "chosen.png").exists()
    assert plot._told.text() == "Saved as chosen.png"


def test_the_list_and_the_card_promise_the_same() -> None:
    chances = np.array([0.9, 0.8, 0.4, 0.3], np.float32)
    book = QueueBook(
        Ranking(
            tags=np.array([7]),
            offsets=np.array([0, 4]),
            images=np.arange(4),
            sides=np.zeros(4, np.uint8),
            scores=chances,
            suspicions=chances,
            version="v1",
            decided=0,
        )
    )
    for _ in range(30):
        book.count_answer(7, side=Side.MISSING, promised=0.3, fixed=True)
    found = outlook(book.promises(7), [], 0.0, few=5)
    assert found.worth == found.left
    assert book.summary(7).expected_fixes == pytest.approx(found.worth_fixes)


def test_the_rankings_own_doubt_is_told_apart_from_the_track_record() -> None:
    assert doubt_words(None) == ""
    assert doubt_words((0.4, 0.92)) == "The ranking itself sets it between 40% and 92% (95%)."
    assert doubt_words((0.998, 0.9999)) == "The ranking itself is sure of that: 100% (95%)."


def test_what_the_answers_on_the_tag_make_of_a_suspicion_is_told() -> None:
    question = Question(1, 7, Side.MISSING, 0.5, 0.3, "v1")
    facts = WhyFacts(question, None, 0.31, None, 0, (), None)
    assert since_words(facts) == ""
    assert since_words(replace(facts, promised=0.85)) == (
        "The answers on this tag since then make it 85%."
    )


def test_without_anything_to_plot_no_plot_is_made(qtbot: QtBot) -> None:
    plot = Plot("Yield", "Nothing yet.")
    qtbot.addWidget(plot)
    plot.show_empty()
    assert not plot.findChildren(pg.PlotWidget)
    plot.show_line(line(20))
    assert len(plot.findChildren(pg.PlotWidget)) == 1
    plot.show_empty()
    assert not plot._view.isVisibleTo(plot)
