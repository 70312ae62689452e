"""Axes say what they count, with thousands set apart and no powers of ten in their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.ui.figures.axes import written
from reviewer.ui.figures.figure_plots import Column, FigurePlot, Length, spaced

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("value", "spacing", "words"),
    [
        (20000.0, 10000.0, "20,000"),
        (1500.0, 500.0, "1,500"),
        (0.30000000000000004, 0.1, "0.3"),
        (-1e-17, 0.05, "0.00"),
        (2.5, 2.5, "2.5"),
        (12.0, 2.0, "12"),
        (0.125, 0.025, "0.125"),
    ],
)
def test_figures_have_the_digits_that_tell_them_apart(value: float, spacing: float, words: str):
    assert written(value, spacing) == words


def test_words_that_would_run_into_each_other_are_left_out():
    ticks = [(0.0, "0"), (0.3, "1"), (1.0, "10"), (2.0, "100")]
    assert [words for _, words in spaced(ticks, 0.5)] == ["0", "10", "100"]
    assert spaced(ticks, 0.1) == ticks
    assert spaced([], 1.0) == []


def test_axes_say_what_they_count(qtbot: QtBot):
    plot = FigurePlot("Images", "None.", left="images", below="score")
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show_columns([Column(12_000.0, "0"), Column(48_000.0, "1")])
    left, below = plot._axes
    assert left.labelString().count("images") == 1
    assert "e+" not in left.labelString()
    assert "score" in below.labelString()
    spacing, values = left.tickValues(0, 50_000, 250)[0]
    assert left.tickStrings(values, 1.0, spacing)[-1].count(",") == 1


def test_a_plot_whose_heading_says_it_keeps_its_room(qtbot: QtBot):
    plain, told = FigurePlot("A", "None."), FigurePlot("A", "None.", below="images")
    for plot in (plain, told):
        qtbot.addWidget(plot)
        plot.resize(400, 300)
        plot.show_lengths([Length(f"tag {n}", 30.0 - n, "x") for n in range(20)])
    assert plain._axes[1].room == 0
    assert told._axes[1].room > 0
    assert told._rows_that_fit() <= plain._rows_that_fit()
