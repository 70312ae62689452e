"""What holds for every page in both looks and at every size of the text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QWidget,
)

from reviewer.core.review.feed import Mode
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.settings import Recent, Settings
from reviewer.store.library import Library
from reviewer.ui import theme
from reviewer.ui.queues.rows import RowKind
from reviewer.ui.side_pages import FACTORIES
from reviewer.ui.widgets.notice_bar import Kind
from tests.conftest import every_pair
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

NAMES = (
    "a",
    "^_^",
    "1girl",
    "very_long_hair_between_eyes_covering_one_eye",
    "hatsune_miku_(append)_(cosplay)_(alternate_costume)_with_a_long_name_that_never_ends",
)
SIZES = ((40, 900), (900, 40), (64, 64), (700, 500), (8, 8), (1, 300))
ASKED = 100


@pytest.fixture(autouse=True)
def usual_look(qapp: QApplication) -> Iterator[None]:
    """Leaves the application as other tests know it."""
    yield
    theme.apply_theme(qapp)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Twenty images of very different shapes, five tags of very different names."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    rows = ["relative_path,tags"]
    for number in range(20):
        size = SIZES[number % len(SIZES)]
        Image.new("RGB", size, (10 * number, 90, 140)).save(folder / f"{number}.png")
        rows.append(f"{number}.png,{' '.join(NAMES[: number % (len(NAMES) + 1)])}")
    (folder / "tags.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with Library.create(tmp_path / "mixed_workspace", folder) as library:
        import_folder(library, Silent())
        tags = sorted(library.vocabulary().by_name[name].id for name in NAMES)
        library.rankings.save(every_pair(library, tags))
    return tmp_path / "mixed_workspace"


def places(window: MainWindow) -> dict[str, QRect]:
    """Where the parts of the review stand, in the window."""
    page = window.review.page
    parts = {
        "question": page.question_bar,
        "picture": page.view,
        "queues": page.queues,
        "tags": page.tags,
        "captions": page.captions,
        "answers": page.answers,
        "status": page.status,
        "menu": page.captions.menu,
    }
    parts |= {f"caption {b.command_id}": b for b in page.captions._buttons if b.isVisible()}
    parts |= {f"answer {n}": cell for n, cell in enumerate(page.answers._cells)}
    parts |= {
        f"in tags {type(child).__name__} {n}": child
        for n, child in enumerate(page.tags.children())
        if isinstance(child, QWidget) and child.isVisible()
    }
    return {
        name: QRect(part.mapTo(window, part.rect().topLeft()), part.size())
        for name, part in parts.items()
    }


@pytest.mark.parametrize("percent", [100, 150])
@pytest.mark.parametrize("settings", [Settings(reviewer="tester", refresh_every=0)])
def test_nothing_jumps_between_a_hundred_questions(
    qtbot: QtBot, window: MainWindow, mixed: Path, percent: int
):
    window.resize(1280, 720)
    window._store(window.settings.with_value("text_percent", percent))
    assert window.open_collection(mixed)
    wait_painted(qtbot, window)
    # The first answers fill the strip and the figures below it.
    for key in (Qt.Key.Key_A, Qt.Key.Key_X):
        QTest.keyClick(window.review.page, key)
        wait_painted(qtbot, window)
    QTest.qWait(60)
    stands = places(window)
    session, seen = window.review.session, set()
    for number in range(ASKED):
        question = session.current
        if question is None:
            break
        seen.add(question.tag_id)
        QTest.keyClick(window.review.page, (Qt.Key.Key_A, Qt.Key.Key_X)[number % 2])
        if session.current is None:
            break
        wait_painted(qtbot, window)
        if number % 10 == 0:
            # What stands round the question follows a little later.
            QTest.qWait(40)
        assert places(window) == stands, number
    assert len(seen) == len(NAMES)
    assert window.review.library.decisions.total() == ASKED


# -- text at every size ------------------------------------------------------------------------

LONG = (
    "The collection in /a/long/way/down/to/a/folder/of/pictures was made by a newer version of "
    "the program. Update the program, or open another folder."
)
PATIENCE_S = 20.0
"""How long a page may take, on a busy machine, before its layout is taken as final."""
CUT = 2
"""Pixels that a hint may be off by."""


def is_cut(part: QWidget) -> str:
    """What of a text or control does not show; empty if all of it does."""
    hint = part.sizeHint()
    if isinstance(part, QLabel):
        if not part.text() or part.pixmap().width():
            return ""
        needed = part.heightForWidth(part.width()) if part.wordWrap() else hint.height()
        wide = not part.wordWrap() and part.width() + CUT < hint.width()
    elif isinstance(part, QComboBox):
        # As wide as its longest line where there is room; what is chosen must show.
        words = part.fontMetrics().horizontalAdvance(part.currentText())
        needed, wide = (
            part.minimumSizeHint().height(),
            part.width() < words + 2 * part.height() // 3,
        )
    elif isinstance(part, (QAbstractButton, QSpinBox)):
        needed, wide = (
            part.minimumSizeHint().height(),
            part.width() + CUT
            < min(
                hint.width(),
                part.minimumSizeHint().width() if part.minimumSizeHint().isValid() else 0,
            ),
        )
    else:
        return ""
    if wide or part.height() + CUT < needed:
        words = part.text() if isinstance(part, (QLabel, QAbstractButton)) else part.objectName()
        return f"{type(part).__name__} {words!r}: {part.size()} of {hint}"
    return ""


def outside(part: QWidget, page: QWidget) -> bool:
    """Whether a part stands outside of the page; what a scroll area holds may."""
    parent = part.parentWidget()
    while parent is not None and parent is not page:
        if isinstance(parent, (QScrollArea, QListView, QPlainTextEdit, QLineEdit)):
            return False
        parent = parent.parentWidget()
    return not page.rect().contains(QRect(part.mapTo(page, part.rect().topLeft()), part.size()))


def faults(page: QWidget) -> list[str]:
    """Texts and controls of a page that are cut, or stand outside of it."""
    parts = [part for part in page.findChildren(QWidget) if part.isVisibleTo(page)]
    texts = [part for part in parts if isinstance(part, (QLabel, QAbstractButton, QLineEdit))]
    cut = [said for part in parts if (said := is_cut(part))]
    return cut + [f"{part} {part.geometry()}" for part in texts if outside(part, page)]


def check(window: MainWindow, page: QWidget) -> None:
    """A page that has come to rest shows all its text."""
    QTest.qWait(30)
    end = time.monotonic() + PATIENCE_S
    while (found := faults(page)) and time.monotonic() < end:
        QTest.qWait(30)
    assert found == []
    assert (window.width(), window.height()) == (1280, 720)


def start(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    entry = Recent(str(workspace), "/a/folder/of/pictures", "pictures", 3_000_000, 30_000)
    window.start_page.show_recent([entry])
    return window.start_page


def empty_start(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    window.start_page.show_recent([])
    return window.start_page


def review(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    QTest.keyClick(window.review.page, Qt.Key.Key_A)
    wait_painted(qtbot, window)
    QTest.keyClick(window.review.page, Qt.Key.Key_V)
    return window.review.page


def grid(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    page = review(qtbot, window, workspace)
    window.review.session.enter(Mode.TAG, window.review.session.vocabulary.by_name["hat"].id)
    QTest.keyClick(page, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: window.review.controller.showing.grid.ready)
    return page


def settings_page(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    window.side_pages.open("settings")
    return window.page


def jobs(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    review(qtbot, window, workspace)
    QTest.keyClick(window.review.page, Qt.Key.Key_J)
    return window.jobs_page


def preparing(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    window.prepare_page.begin("pictures", "The images are read where they are, and never changed.")
    window._pages.setCurrentWidget(window.prepare_page)
    return window.prepare_page


def refused(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    window.start_page.notice.say(LONG, Kind.ERROR)
    return window.start_page


def noticed(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
    page = review(qtbot, window, workspace)
    window.review.page.notice.say(LONG, Kind.WARNING)
    return page


def beside(name: str) -> Callable[[QtBot, MainWindow, Path], QWidget]:
    """A page beside the review, by the name of its command."""

    def open_page(qtbot: QtBot, window: MainWindow, workspace: Path) -> QWidget:
        review(qtbot, window, workspace)
        window.side_pages.open(name, window.review)
        QTest.qWait(100)
        return window.page

    open_page.__name__ = name
    return open_page


PAGES = (start, empty_start, refused, review, noticed, grid, settings_page, jobs, preparing)
PAGES = (*PAGES, *map(beside, FACTORIES))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_no_text_is_cut_at_any_size_and_every_control_has_a_name(
    qtbot: QtBot,
    window: MainWindow,
    workspace: Path,
    page: Callable[[QtBot, MainWindow, Path], QWidget],
):
    window.resize(1280, 720)
    window._store(window.settings.with_value("text_percent", 200))
    shown = page(qtbot, window, workspace)
    check(window, shown)
    for percent in (150, 125, 100):
        # While the page is open, as the settings do it.
        window._store(window.settings.with_value("text_percent", percent))
        check(window, shown)
    check_names(window, shown)


def check_names(window: MainWindow, shown: QWidget) -> None:
    """What can be used tells a screen reader what it is."""
    kinds = (QAbstractButton, QComboBox, QSpinBox, QListView, QPlainTextEdit)
    controls = [part for part in shown.findChildren(QWidget) if isinstance(part, kinds)]
    assert controls
    for control in controls:
        words = control.text() if isinstance(control, QAbstractButton) else ""
        inner = control.objectName().startswith("qt_") or isinstance(
            control.parent(), (QComboBox, QSpinBox)
        )
        popup = isinstance(control, QListView) and control.window() is not window
        if control.isVisibleTo(shown) and not inner and not popup:
            assert control.accessibleName() or words, control


@pytest.mark.parametrize(("percent", "share"), [(100, 0.5), (200, 0.3)])
def test_the_picture_has_the_most_room(
    qtbot: QtBot, window: MainWindow, workspace: Path, percent: int, share: float
):
    window.resize(1280, 720)
    window._store(window.settings.with_value("text_percent", percent))
    page = review(qtbot, window, workspace)
    qtbot.waitUntil(lambda: page.view.width() >= share * page.width())
    QTest.keyClick(page, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: page.view.width() == page.width())


@pytest.mark.parametrize("used", ["dark", "light"])
def test_the_focus_is_seen_on_every_kind_of_control(
    qtbot: QtBot, window: MainWindow, workspace: Path, used: str
):
    """By a frame of its own colour, for who moves with the Tab key."""
    window._store(window.settings.with_value("theme", used))
    shown = settings_page(qtbot, window, workspace)
    window.activateWindow()
    kinds = (QPushButton, QToolButton, QComboBox, QSpinBox, QDoubleSpinBox, QCheckBox, QLineEdit)
    for kind in kinds:
        controls = [part for part in shown.findChildren(kind) if part.isVisibleTo(shown)]
        control = next(part for part in controls if part.focusPolicy() & Qt.FocusPolicy.TabFocus)
        shown.setFocus()
        without = control.grab().toImage()
        control.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(control.hasFocus)
        focused = control.grab().toImage()
        at = (control.width() // 2, 0)
        assert focused.pixelColor(*at).name() == theme.look().accent, kind
        assert without.pixelColor(*at).name() != theme.look().accent, kind


def test_a_text_that_is_cut_would_be_found(qtbot: QtBot, window: MainWindow):
    button = window.start_page._sample
    assert is_cut(button) == ""
    button.setFixedWidth(button.width() // 2)
    assert "Try the sample" in is_cut(button)
    label = window.start_page._empty
    window.start_page.show_recent([])
    assert is_cut(label) == ""
    label.setFixedHeight(label.height() // 2)
    assert "Collections" in is_cut(label)


def test_colours_of_categories_stand_beside_words(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    page = review(qtbot, window, workspace)
    assert "(general tag)" in page.question_bar.accessibleName()
    question = page.question_bar.accessibleName()
    qtbot.waitUntil(lambda: page.accessibleName().startswith(question))
    before = page.accessibleName()
    qtbot.keyClick(page, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: page.accessibleName() != before)
    queues = page.queues._model
    for row in range(queues.rowCount()):
        index = queues.index(row)
        if queues.row_at(index).kind is RowKind.TAG:
            assert "(general tag)" in index.data(Qt.ItemDataRole.ToolTipRole)
            assert "(general tag)" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    qtbot.waitUntil(lambda: bool(page.answers.decisions()))
    assert "(general tag)" in page.answers._cells[0].toolTip()
    lines = [page.tags._list.model().index(row, 0).data() for row in range(3)]
    assert "general" in lines
