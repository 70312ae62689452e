"""How the pages look, beside pictures of how they looked when somebody last looked at them.

Set RENEW_SNAPSHOTS=1 to take the pictures anew, look at them, and commit them. Edges of letters may
differ a little; what moves, goes or changes its colour does not pass.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage
from PySide6.QtTest import QTest

from reviewer.core.review.feed import Mode
from reviewer.core.statistics import wilson
from reviewer.core.types import Answer, Decision, Progress, Side
from reviewer.settings import Recent, Settings
from reviewer.store.figures import STATISTICS, write_figures
from reviewer.ui import theme
from reviewer.ui.figures.page import FiguresPage
from reviewer.ui.jobs.runner import Job
from reviewer.ui.status_line import Figures
from reviewer.ui.summary.page import Span, SummaryPage
from reviewer.ui.widgets.notice_bar import Kind
from tests.gui.conftest import wait_painted
from tests.gui.test_figures_page import COLLECTION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

FOLDER = Path(__file__).parents[1] / "data" / "snapshots"
RENEW = "RENEW_SNAPSHOTS"
FONT = "DejaVu Sans"
SIZE = (1024, 640)
COLOURS = 256
"""Of a stored picture."""
BEGAN_MS = 1_767_607_200_000
"""5 January 2026, 10:00 UTC: the first answer of the summary."""
LONG_AGO = 978_688_800
"""5 January 2001, 10:00 UTC, seconds: the year of a time is written where it is not this one."""
BLOCK = 8
"""Pixels of a block's side: letters are compared by how dark they make their block."""
SLIGHT = 14.0
"""Levels, of 255, that a block may differ by."""
FEW = 0.001
"""Share of the blocks that may differ by more."""
PATIENCE_S = 20.0
"""How long a page may take, on a busy machine, to show all that it will show."""


@pytest.fixture(autouse=True)
def fixed_font(qapp: QApplication) -> Iterator[None]:
    """Text in a font that is the same on every machine."""
    if FONT not in QFontDatabase.families():
        pytest.skip(f"needs the font {FONT} (fonts-dejavu-core)")
    usual = qapp.font()
    qapp.setProperty("look", None)
    qapp.setFont(QFont(FONT, 10))
    theme.apply_theme(qapp)
    yield
    qapp.setFont(usual)
    theme.apply_theme(qapp)


@pytest.fixture(autouse=True)
def fixed_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are those of UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def settings() -> Settings:
    return Settings(reviewer="tester", refresh_every=300, window=SIZE)


def blocks(image: np.ndarray) -> np.ndarray:
    """Means of blocks; (height, width, 3) uint8 to (rows, columns, 3) float."""
    rows, columns = image.shape[0] // BLOCK, image.shape[1] // BLOCK
    cut = image[: rows * BLOCK, : columns * BLOCK].astype(np.float64)
    return cut.reshape(rows, BLOCK, columns, BLOCK, 3).mean(axis=(1, 3))


def differing(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the blocks that differ by more than slightly; 1 for pictures of other sizes."""
    if one.shape != other.shape:
        return 1.0
    apart = np.abs(blocks(one) - blocks(other)).max(axis=2)
    return float((apart > SLIGHT).mean())


def pixels(window: MainWindow) -> np.ndarray:
    """What the window shows, (height, width, 3) uint8."""
    shot = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shot.constBits(), np.uint8).reshape(shot.height(), shot.bytesPerLine())
    return rows[:, : shot.width() * 3].reshape(shot.height(), shot.width(), 3).copy()


def compare(window: MainWindow, name: str, tmp_path: Path) -> None:
    """Compares the window with a stored picture, or stores it."""
    QTest.mouseMove(window, window.rect().bottomRight())
    path = FOLDER / f"{name}.png"
    if os.environ.get(RENEW):
        QTest.qWait(1000)
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(settled(window)).quantize(COLOURS).save(path, optimize=True)
    before = np.asarray(Image.open(path).convert("RGB"))
    # What stands round the question is read in the background.
    end = time.monotonic() + PATIENCE_S
    while (share := differing(now := settled(window), before)) > FEW and time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.02)
    if share > FEW:
        Image.fromarray(now).save(tmp_path / f"{name}.png")
        pytest.fail(
            f"{share:.1%} of {name} looks different: compare {path} with "
            f"{tmp_path / path.name}; {RENEW}=1 takes it as it is now"
        )


def settled(window: MainWindow) -> np.ndarray:
    """What the window shows, without what depends on the clock; as `pixels`."""
    if window.review is not None:
        steady(window)
    return pixels(window)


def reviewed(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    """Opens the collection with one answer given, and figures that are always the same."""
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    QTest.keyClick(window.review.page, Qt.Key.Key_A)
    wait_painted(qtbot, window)
    cell = window.review.page.answers._cells[0]
    qtbot.waitUntil(lambda: cell.decision is not None and cell._thumb is not None)


def steady(window: MainWindow) -> None:
    """Replaces what depends on the clock."""
    figures = Figures(
        per_minute=62,
        today=4310,
        recent_yield=wilson(58, 100),
        counted=100,
        errors_left=120,
        proven=True,
        saved=True,
        tagger="v1 on CPU",
        paint_p50=5,
        paint_p95=9,
        painted=100,
    )
    status = window.review.page.status
    for label in status._labels():
        # The place of a longer text is kept for the sitting.
        label.setMinimumWidth(0)
    status.show_figures(figures)
    status.layout().activate()


def start(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.start_page.show_recent(
        [
            Recent("/kept/mulberry", "/pictures/mulberry street", "mulberry", 3000, 300),
            Recent("/kept/danbooru", "/data/danbooru2023", "danbooru2023", 3_300_000, 30_211),
        ]
    )


def empty_start(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.start_page.show_recent([])


def review(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    reviewed(qtbot, window, workspace)


def grid(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    reviewed(qtbot, window, workspace)
    page, session = window.review.page, window.review.session
    session.enter(Mode.TAG, session.vocabulary.by_name["hat"].id)
    QTest.keyClick(page, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: window.review.controller.showing.grid.ready)
    for key in (Qt.Key.Key_2, Qt.Key.Key_Right, Qt.Key.Key_S, Qt.Key.Key_Right, Qt.Key.Key_F):
        QTest.keyClick(page, key)
    flagged = page.queues._model.index(1)
    qtbot.waitUntil(lambda: "1 for later" in flagged.data())


def nothing_left(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    reviewed(qtbot, window, workspace)
    window.review.session.enter(Mode.FLAGGED)
    window.review.controller.showing.show()


def keys(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    reviewed(qtbot, window, workspace)
    QTest.keyClicks(window.review.page, "?")


def settings_page(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.side_pages.open("settings")


def refused(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.start_page.show_recent([])
    window._refuse("There is no collection in /pictures/nowhere. Open a folder of images.")


def set_aside(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    reviewed(qtbot, window, workspace)
    window.review.page.notice.say("Set aside: 3.jpg ends too early.", Kind.WARNING)


def preparing(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.prepare_page.begin("pictures", "The images are read where they are, never changed.")
    job = Job("Open", ("open",))
    job.progress = Progress("scan", 1200, 3000, "images", 24.0)
    window.prepare_page.show_job(job)
    window._pages.setCurrentWidget(window.prepare_page)


def summary(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    pairs = [(i, tag.id) for tag in review.session.vocabulary.tags.values() for i in range(1, 7)]
    log = [
        Decision(
            *pairs[number % len(pairs)],
            (Answer.YES, Answer.NO, Answer.YES)[number % 3],
            Side.MISSING,
            0.5,
            0.5,
            "v1",
            "tester",
            BEGAN_MS + 1500 * number + 400 * (number % 7),
            900,
        )
        for number in range(300)
    ]
    review.library.decisions.append(log)
    window.side_pages.open("summary", review)
    page = window.page
    assert isinstance(page, SummaryPage)
    page._spans.button(len(Span) - 1).click()
    qtbot.waitUntil(lambda: not page._background.busy)


def figures(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    """Statistics that were worked out some time ago."""
    folder = workspace / "figures"
    write_figures(folder, STATISTICS, COLLECTION)
    os.utime(folder / STATISTICS.name, (LONG_AGO, LONG_AGO))
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    window.side_pages.open("figures", window.review)
    page = window.page
    assert isinstance(page, FiguresPage)
    qtbot.waitUntil(lambda: not page.sheet.is_empty)


def nothing_counted(qtbot: QtBot, window: MainWindow, workspace: Path) -> None:
    """The page of figures before anything was worked out."""
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    window.side_pages.open("figures", window.review)


PAGES: tuple[tuple[str, Callable[[QtBot, MainWindow, Path], None], str], ...] = (
    ("start", start, "dark"),
    ("start_empty", empty_start, "light"),
    ("start_refused", refused, "dark"),
    ("preparing", preparing, "light"),
    ("review", review, "dark"),
    ("review_set_aside", set_aside, "light"),
    ("review_light", review, "light"),
    ("review_nothing_left", nothing_left, "dark"),
    ("grid", grid, "dark"),
    ("keys", keys, "light"),
    ("summary", summary, "dark"),
    ("summary_light", summary, "light"),
    ("figures", figures, "dark"),
    ("figures_empty", nothing_counted, "light"),
    ("settings", settings_page, "dark"),
    ("settings_light", settings_page, "light"),
)


@pytest.mark.parametrize(("name", "page", "look"), PAGES, ids=[name for name, _, _ in PAGES])
def test_a_page_looks_as_it_did(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Path,
    tmp_path: Path,
    name: str,
    page: Callable[[QtBot, MainWindow, Path], None],
    look: str,
):
    window.resize(*SIZE)
    window._store(window.settings.with_value("theme", look))
    page(qtbot, window, workspace)
    compare(window, name, tmp_path)


def test_a_change_would_be_seen(window: MainWindow):
    """One word more on the page is a difference; letters drawn a little bolder are not."""
    window.resize(*SIZE)
    window.start_page.show_recent([])
    before = pixels(window)
    bolder = np.clip(before.astype(int) * 1.04, 0, 255).astype(np.uint8)
    assert differing(bolder, before) <= FEW
    window.start_page._sample.setText("Try the other sample")
    end = time.monotonic() + PATIENCE_S
    while differing(pixels(window), before) <= FEW:
        assert time.monotonic() < end
        QTest.qWait(30)
