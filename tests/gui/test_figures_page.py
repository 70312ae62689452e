"""The page of figures: empty, worked out by a job, shown, sorted, filtered, saved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from pyqtgraph import TextItem
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QStackedWidget

from reviewer.core.errors import SourceError, StoreError
from reviewer.core.figures import (
    CollectionFigures,
    Meeting,
    ScoreError,
    ScoreFigures,
    TagFigures,
    TreeNode,
    UnderRated,
)
from reviewer.core.quality.vetting_figures import VettedFigures, VettedTag
from reviewer.core.types import Progress
from reviewer.jobs.context import Silent
from reviewer.jobs.pages.statistics import write_statistics
from reviewer.store.figures import REPORT, SCORES, STATISTICS, VETTED, FigureFiles, write_figures
from reviewer.store.library import Library
from reviewer.ui.figures.figure_plots import Column, FigurePlot, powers
from reviewer.ui.figures.page import FiguresPage
from reviewer.ui.figures.plot_frame import PlotFrame
from reviewer.ui.figures.report_sheet import ReportSheet, changed_rows
from reviewer.ui.figures.score_sheet import ScoreSheet, spread
from reviewer.ui.figures.statistics_sheet import StatisticsSheet
from reviewer.ui.figures.vetted_sheet import VettedSheet, lifts, shares
from reviewer.ui.history.preview import SIDE
from reviewer.ui.jobs.runner import Job, JobState

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

PARTS = 4
COLLECTION = CollectionFigures(
    images=400,
    instances=1200,
    tags=3,
    per_image=((1, 100), (3, 200), (4, 100)),
    by_category=(("general", 1100, 2), ("copyright", 100, 1)),
    tail=((64, 1), (256, 2)),
    ratings=(("none", 40), ("q", 60), ("s", 300)),
    frequent=(("cat", 0, 400), ("sky", 0, 300), ("old_series", 3, 100)),
    together=(Meeting("cat", "cat_ears", 90, 30.0), Meeting("sky", "cloud", 50, 25.0)),
    apart=(Meeting("cat", "dog", 0, 40.0),),
    suggested=(("cat_ears", "animal_ears", 100, 2),),
    gaps=(("red_hat", "hat", 10, 4), ("cat_ears", "ears", 100, 7)),
    clusters=(("cat", "cat_ears"),),
    sizes=(100,) * PARTS,
    posts=(1, 101, 201, 301),
    fresh=(2, 0, 0, 1),
    popularity=(
        ("cat", (100, 100, 100, 100)),
        ("old_series", (90, 10, 0, 0)),
        ("long_hair", (50, 52, 49, 51)),
    ),
)


def tag_row(tag: str, original: int, images: int) -> TagFigures:
    return TagFigures(
        tag,
        "general",
        original,
        images,
        0.1,
        0.5,
        0.6,
        0.55,
        0.5,
        5.0,
        0.4,
        12,
        3,
        80,
        0.1,
        0.2,
        4,
        1,
    )


def scores(image_id: int) -> ScoreFigures:
    return ScoreFigures(
        samples=300,
        errors=(ScoreError("the constant", 2.0, 2.1, ""), ScoreError("tree", 1.5, 1.6, "0.768")),
        best="tree",
        histogram=((0, 250), (1, 40), (7, 10)),
        with_score=(("smile", 0.4), ("monochrome", -0.2)),
        under_rated=(UnderRated(image_id, "0.jpg", 1.0, 5.5), UnderRated(999, "gone.jpg", 0, 3)),
        tree=(
            TreeNode("smile", 1.2, 1.0, 1, 2),
            TreeNode("", -0.4, 0.7),
            TreeNode("long_hair", 3.0, 0.3, 3, 4),
            TreeNode("", 2.0, 0.2),
            TreeNode("", 5.0, 0.1),
        ),
    )


VETTED_IMAGES = VettedFigures(
    vetted=100,
    others=300,
    weight=2,
    reasons=(("score of at least 20", 100),),
    tags=(
        VettedTag("sketch", "meta", 2, 60, 0.1, 0.03, 0.4, clear=True, manner=True),
        VettedTag("smile", "general", 20, 60, 1.0, 0.6, 1.6, clear=False, manner=False),
        VettedTag("sky", "general", 50, 50, 3.0, 2.0, 4.4, clear=True, manner=False),
    ),
    lost=4,
    ratings=(("s", 80, 200), ("q", 20, 100)),
)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, workspace: Path) -> FiguresPage:
    """The page of a collection of which nothing was worked out."""
    window.open_collection(workspace)
    assert window.review is not None
    qtbot.keyClick(window.review.page, Qt.Key.Key_O)
    assert isinstance(window.page, FiguresPage)
    return window.page


def show(qtbot: QtBot, page: FiguresPage, place: int) -> None:
    """Shows a sheet again, and waits until it has read."""
    page.show_sheet(place)
    qtbot.waitUntil(lambda: not page.sheet.is_empty)


def test_before_anything_is_worked_out_each_sheet_says_what_it_is(
    qtbot: QtBot, page: FiguresPage, window: MainWindow
):
    for key, words in ((Qt.Key.Key_1, "rare"), (Qt.Key.Key_2, "score"), (Qt.Key.Key_3, "tagger")):
        qtbot.keyClick(page, key)
        assert page.sheet.is_empty
        assert words in page.sheet.nothing.words
        assert page.sheet.nothing.button.isEnabled()
    qtbot.keyClick(page, Qt.Key.Key_O)
    assert window.review is not None
    assert window.page is window.review.page


def test_a_sheet_is_made_when_it_is_first_shown(qtbot: QtBot, page: FiguresPage):
    made = set(page.sheets)
    later = next(name for name in page.names if name not in made)
    page.show_sheet(page.names.index(later))
    assert page.sheets[later].isVisibleTo(page)
    assert set(page.sheets) == made | {later}


def test_the_button_starts_the_programs_own_command(
    qtbot: QtBot, page: FiguresPage, window: MainWindow, workspace: Path
):
    page.sheet.nothing.button.click()
    job = window._runner.jobs[-1]
    assert job.command[:3] == ("stats", "--to", str(workspace / "figures"))
    qtbot.waitUntil(lambda: job.state is JobState.FAILED)
    assert "ended with code 1" in page.sheet.nothing.words


def test_a_job_is_followed_and_its_figures_shown(
    qtbot: QtBot, page: FiguresPage, window: MainWindow, workspace: Path
):
    sheet = page.sheet
    assert isinstance(sheet, StatisticsSheet)
    job = Job("Statistics", ("stats",), state=JobState.RUNNING)
    job.progress = Progress("statistics", 3, 10, "images", 0.0, "")
    window._runner.changed.emit(job)
    assert "3 of 10 images" in sheet.nothing.words
    assert not sheet.nothing.button.isEnabled()
    with Library.open(workspace) as library:
        write_statistics(library, Silent(), workspace / "figures")
        counted = sum(n for _, n in [(0, len(library.images.askable()))])
    job.state = JobState.DONE
    window._runner.changed.emit(job)
    qtbot.waitUntil(lambda: not sheet.is_empty)
    shown = sheet.files.read(STATISTICS)
    assert shown is not None
    assert shown.images == counted
    assert sheet.popular.isVisibleTo(page)


def test_statistics_follow_the_tags_that_are_typed(
    qtbot: QtBot, page: FiguresPage, workspace: Path
):
    write_figures(workspace / "figures", STATISTICS, COLLECTION)
    show(qtbot, page, 0)
    sheet = page.sheet
    assert isinstance(sheet, StatisticsSheet)
    assert next(name for name, _ in COLLECTION.most_changed(4)) == "old_series"
    drawn: list[list[str]] = []
    plain = sheet.popular.show_lines
    sheet.popular.show_lines = lambda lines, below: (
        drawn.append(  # type: ignore[method-assign] # heard
            [name for name, _ in lines]
        )
        or plain(lines, below)
    )
    sheet.typed.setText("long hair, Cat")
    assert drawn[-1] == ["long hair", "cat"]
    sheet.typed.clear()
    assert drawn[-1][0] == "old series"


def test_pairs_are_filtered_and_implications_have_their_own_columns(
    qtbot: QtBot, page: FiguresPage, workspace: Path
):
    write_figures(workspace / "figures", STATISTICS, COLLECTION)
    show(qtbot, page, 0)
    sheet = page.sheet
    assert isinstance(sheet, StatisticsSheet)
    assert [row.first for row in sheet.pairs.shown()] == ["cat", "sky"]
    sheet.pairs.search.setText("CAT_E")
    assert [row.second for row in sheet.pairs.shown()] == ["cat_ears"]
    sheet._parts.button(3).click()
    assert sheet.implied.isVisibleTo(page)
    assert not sheet.pairs.isVisibleTo(page)
    sheet.implied.view.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in sheet.implied.shown()] == ["cat_ears", "red_hat"]


def test_under_rated_images_are_shown(qtbot: QtBot, page: FiguresPage, workspace: Path):
    with Library.open(workspace) as library:
        image_id = library.images.askable()[0][0]
    write_figures(workspace / "figures", SCORES, scores(image_id))
    show(qtbot, page, 1)
    sheet = page.sheet
    assert isinstance(sheet, ScoreSheet)
    assert sheet.errors.shown()[0].name == "the constant"
    told = [item.toPlainText() for item in sheet.tree._plot.items if isinstance(item, TextItem)]
    assert [words.split() for words in told] == [
        ["smile", "1.20", "100%"],
        ["\N{MINUS SIGN}0.40", "70%"],
        ["long", "hair", "3.00", "30%"],
        ["2.00", "20%"],
        ["5.00", "10%"],
    ]
    qtbot.waitUntil(lambda: sheet.picture._image is not None)
    rows = len(sheet.under.shown())
    assert rows == 2


def test_an_under_rated_image_is_shown_large_over_the_sheet(
    qtbot: QtBot, page: FiguresPage, workspace: Path
):
    with Library.open(workspace) as library:
        image_id, gone = [entry[0] for entry in library.images.askable()[:2]]
        path = library.images.get(gone).path
        (library.folder / path).unlink()
    two = (UnderRated(image_id, "0.jpg", 1.0, 5.5), UnderRated(gone, path, 0.0, 3.0))
    write_figures(workspace / "figures", SCORES, replace(scores(image_id), under_rated=two))
    show(qtbot, page, 1)
    sheet = page.sheet
    assert isinstance(sheet, ScoreSheet)
    view = sheet.under.view
    qtbot.waitUntil(lambda: sheet.picture._image is not None)
    left: list[int] = []
    page.closed.connect(lambda: left.append(1))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert sheet.large.image_id == image_id
    assert sheet.large.geometry() == sheet.rect()
    wanted = sheet.large.key()
    assert wanted is not None
    qtbot.waitUntil(lambda: sheet._loader.get(wanted) is not None)
    assert sheet.large._image is not None
    assert max(sheet.large._image.width(), sheet.large._image.height()) > SIDE
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not sheet.large.isVisibleTo(sheet)
    assert not left
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.mouseClick(sheet.large, Qt.MouseButton.LeftButton)
    assert not sheet.large.isVisibleTo(sheet)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    # The other one is gone: it says so in the small picture's place.
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: sheet.picture._words != "")
    assert not sheet.large.isVisibleTo(sheet)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert not sheet.large.isVisibleTo(sheet)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert sheet.picture._words == ""
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert sheet.picture._words != ""


def test_every_tag_sorts_by_figures_not_by_words(qtbot: QtBot, page: FiguresPage, workspace: Path):
    rows = (tag_row("cat", 90, 100), tag_row("dog", 1000, 1000), tag_row("sky", 30, 20))
    write_figures(workspace / "figures", REPORT, rows)
    show(qtbot, page, 2)
    sheet = page.sheet
    assert isinstance(sheet, ReportSheet)
    sheet.table.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert [row.tag for row in sheet.table.shown()] == ["sky", "cat", "dog"]
    assert [(row.name, row.length) for row in changed_rows(rows)] == [("cat", 10), ("sky", -10)]


def test_the_bias_of_vetted_images_is_shown(qtbot: QtBot, page: FiguresPage, workspace: Path):
    write_figures(workspace / "figures", VETTED, VETTED_IMAGES)
    show(qtbot, page, 5)
    sheet = page.sheet
    assert isinstance(sheet, VettedSheet)
    assert "score of at least 20: 100" in sheet._as_of.text()
    assert [row.tag for row in sheet.table.shown()] == ["sketch", "smile", "sky"]
    assert [length.name for length in lifts(VETTED_IMAGES)] == ["sketch", "sky"]
    marks = shares(VETTED_IMAGES)
    assert [mark.name for mark in marks[::2]] == ["rated safe", "rated questionable", "sketch"]
    assert [(m.share.share, m.second) for m in marks[:2]] == [(0.8, False), (2 / 3, True)]
    write_figures(workspace / "figures", VETTED, replace(VETTED_IMAGES, vetted=0, tags=()))
    sheet._stamp = -1.0
    sheet.opened()
    qtbot.waitUntil(lambda: "No image is vetted yet" in sheet._as_of.text())


@pytest.mark.parametrize("place", [0, 1, 2, 5])
def test_every_plot_can_be_saved(
    qtbot: QtBot, page: FiguresPage, workspace: Path, tmp_path: Path, place: int
):
    write_figures(workspace / "figures", STATISTICS, COLLECTION)
    write_figures(workspace / "figures", SCORES, scores(1))
    write_figures(workspace / "figures", REPORT, (tag_row("cat", 90, 100),))
    write_figures(workspace / "figures", VETTED, VETTED_IMAGES)
    show(qtbot, page, place)
    plots = [plot for plot in page.sheet.findChildren(PlotFrame) if plot._draw is not None]
    assert plots
    for number, plot in enumerate(plots):
        picture, drawing = tmp_path / f"{number}.png", tmp_path / f"{number}.svg"
        plot.save(picture)
        plot.save(drawing)
        found = QImage(str(picture))
        assert found.width() == plot.width() * plot.devicePixelRatio()
        colours = Image.open(picture).convert("RGB").getcolors(1 << 20)
        assert colours is not None
        assert len(colours) > 3
        assert QSvgRenderer(str(drawing)).isValid()
        assert "Save plot" not in drawing.read_text(encoding="utf-8")
        assert plot._button.isVisibleTo(page)
    with pytest.raises(SourceError, match=r"\.png or \.svg"):
        plots[0].save(tmp_path / "plot.txt")


def test_figures_that_cannot_be_read_are_said_so(qtbot: QtBot, page: FiguresPage, workspace: Path):
    folder = workspace / "figures"
    folder.mkdir(exist_ok=True)
    (folder / STATISTICS.name).write_text('{"images": "many"}', encoding="utf-8")
    with pytest.raises(StoreError, match="Work it out again"):
        FigureFiles(folder).read(STATISTICS)
    page.show_sheet(0)
    qtbot.waitUntil(lambda: "cannot be read" in page.sheet.nothing.words)
    assert page.findChild(QStackedWidget) is not None


def test_columns_of_a_wide_histogram_are_put_together() -> None:
    columns = spread(tuple((score, 2) for score in range(-10, 990)))
    assert len(columns) <= 120
    assert sum(column.height for column in columns) == 2000
    assert columns[0].words == "-10"
    assert spread(()) == []
    assert powers(999) == [1, 10, 100]


def test_a_plot_of_nothing_says_so(qtbot: QtBot) -> None:
    plot = FigurePlot("Heights", "There are none.")
    qtbot.addWidget(plot)
    plot.show_columns([Column(0, "a")])
    assert plot._empty.text() == "There are none."
    assert not plot._empty.isHidden()
    plot.show_columns([Column(2, "a")], log=True)
    assert plot._empty.isHidden()
