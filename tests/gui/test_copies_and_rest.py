"""Answers for copies, and accepting the rest, by keys in the window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import Qt

from reviewer.core.types import Origin
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.settings import Settings
from reviewer.store.copies import Comparison
from reviewer.store.library import Library
from tests.conftest import even_ranking
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

COUNT = 44
AFTER = 3


@pytest.fixture
def settings() -> Settings:
    return Settings(
        reviewer="tester",
        refresh_every=0,
        window=(1280, 720),
        controls_percent=0,
        accept_after=AFTER,
        accept_precision=0.8,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Images that all carry one tag, ranked as perhaps wrong; the first three are one picture."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(COUNT):
        picture = Image.new("RGB", (60, 40), (5 * number, 90, 200))
        ImageDraw.Draw(picture).ellipse((9, 5, 50, 20 + number % 15), fill=(240, 200, 90))
        picture.save(folder / f"{number:02}.png")
        (folder / f"{number:02}.txt").write_text("cat", encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        ids = [image_id for image_id, _, _ in library.images.askable()]
        library.copies.write([Comparison(1, 2, b"", 1.0), Comparison(1, 3, b"", 1.0)])
        promise = np.linspace(0.4, 0.05, COUNT, dtype=np.float32)
        ranking = even_ranking([library.tags.ids()["cat"]], ids, promise, [1] * COUNT)
        # The less is suspected of a present tag, the higher its score.
        library.rankings.save(
            replace(ranking, scores=np.linspace(0.1, 0.9, COUNT, dtype=np.float32))
        )
    return tmp_path / "workspace"


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    assert window.review is not None
    qtbot.keyClick(window.review.page, key)
    if window.review.session.current is not None:
        wait_painted(qtbot, window)


def line(window: MainWindow) -> str:
    assert window.review is not None
    return window.review.page.question_bar.line


def notice(window: MainWindow) -> str:
    assert window.review is not None
    return window.review.page.notice.text


def total(window: MainWindow) -> int:
    assert window.review is not None
    return window.review.library.decisions.total()


def test_the_copies_are_named_before_the_answer_and_go_along(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    assert "Applies to 2 copies" in line(reviewing)
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert total(reviewing) == 3
    assert "copies" not in line(reviewing)
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    assert total(reviewing) == 0
    assert "Applies to 2 copies" in line(reviewing)


def test_c_asks_the_image_alone(qtbot: QtBot, reviewing: MainWindow) -> None:
    bar = reviewing.review.page.question_bar
    place = bar.geometry()
    press(qtbot, reviewing, Qt.Key.Key_C)
    assert "This image alone" in line(reviewing)
    assert bar.geometry() == place
    press(qtbot, reviewing, Qt.Key.Key_X)
    assert total(reviewing) == 1
    assert "This image alone" not in line(reviewing)


def test_c_says_so_where_there_are_no_copies(qtbot: QtBot, reviewing: MainWindow) -> None:
    press(qtbot, reviewing, Qt.Key.Key_A)
    press(qtbot, reviewing, Qt.Key.Key_C)
    assert "No copies" in notice(reviewing)


def offered(qtbot: QtBot, window: MainWindow) -> None:
    """Answers Yes until the rest is offered."""
    for _ in range(AFTER):
        press(qtbot, window, Qt.Key.Key_A)
    assert "M: accept the rest" in line(window)
    assert f"{AFTER} Yes in a row" in notice(window)


def test_the_grid_names_copies_that_are_not_on_the_page(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    page, session = reviewing.review.page, reviewing.review.session
    # The second and third picture are copies of the first; one is skipped to leave the page.
    session.pages.size = 2
    session.feed.skip(next(q for q in session.upcoming(5) if q.image_id == 3))
    session.open_page()
    reviewing.review.controller.showing.show()
    qtbot.waitUntil(lambda: reviewing.review.controller.showing.grid.ready)
    assert len(session.pages.current) == 2
    assert page.grid.cell(0).accessibleDescription() == "and 1 copy"
    assert page.grid.cell(1).accessibleDescription() == ""
    qtbot.keyClick(page, Qt.Key.Key_Return)
    assert total(reviewing) == 3


def test_m_without_an_offer_says_when_there_will_be_one(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    press(qtbot, reviewing, Qt.Key.Key_M)
    assert f"after {AFTER} Yes in a row" in notice(reviewing)


def test_the_rest_is_stored_as_one_step_once_its_sample_is_all_yes(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    offered(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_M)
    assert "Sample: 0 of" in line(reviewing)
    before = total(reviewing)
    press(qtbot, reviewing, Qt.Key.Key_A)
    asked = 0
    while "Sample" in line(reviewing):
        press(qtbot, reviewing, Qt.Key.Key_A)
        asked += 1
    assert asked >= 5
    assert "Accepted" in notice(reviewing)
    assert reviewing.review.session.current is None
    decisions = reviewing.review.library.decisions
    batch = [d for d in decisions.recent(100) if d.origin is Origin.BATCH]
    assert len(batch) == total(reviewing) - before - 1 - asked
    assert len({decision.step for decision in batch}) == 1
    assert total(reviewing) == COUNT
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    assert total(reviewing) == COUNT - len(batch)
    assert f"Taken back: {len(batch)} answers on cat" in notice(reviewing)
    assert reviewing.review.session.current is not None


def test_a_no_in_the_sample_withdraws_it_all(qtbot: QtBot, reviewing: MainWindow) -> None:
    offered(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_M)
    press(qtbot, reviewing, Qt.Key.Key_A)
    before = total(reviewing)
    press(qtbot, reviewing, Qt.Key.Key_X)
    assert "nothing was accepted" in notice(reviewing)
    assert total(reviewing) == before + 1
    assert "Sample" not in line(reviewing)
    # A slip of the finger: taken back, the row stands again and so does the offer.
    press(qtbot, reviewing, Qt.Key.Key_Backspace)
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert "M: accept the rest" in line(reviewing)


def test_a_skipped_question_of_the_sample_comes_back(qtbot: QtBot, reviewing: MainWindow) -> None:
    offered(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_M)
    press(qtbot, reviewing, Qt.Key.Key_A)
    skipped = reviewing.review.session.current
    press(qtbot, reviewing, Qt.Key.Key_Right)
    assert reviewing.review.session.current != skipped
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert reviewing.review.session.current == skipped


def test_leaving_for_the_grid_drops_the_sample(qtbot: QtBot, reviewing: MainWindow) -> None:
    offered(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_M)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_G)
    assert "The sample was left" in notice(reviewing)
    before = total(reviewing)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_G)
    wait_painted(qtbot, reviewing)
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert total(reviewing) == before + 1
    assert "Sample" not in line(reviewing)


@pytest.mark.parametrize(
    "settings",
    [Settings(reviewer="tester", refresh_every=0, controls_percent=0, carry_copies=False)],
)
def test_carrying_over_can_be_turned_off(qtbot: QtBot, reviewing: MainWindow) -> None:
    assert "copies" not in line(reviewing)
    press(qtbot, reviewing, Qt.Key.Key_A)
    assert total(reviewing) == 1
