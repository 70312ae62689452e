"""Ratings that may be wrong, by key: what is stored, shown, taken back, and when a key counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from reviewer.core.choices.choice import ChoiceRanking
from reviewer.core.types import Answer, Category, Origin
from reviewer.store.library import Library
from reviewer.ui.choice.page import ChoicePage
from reviewer.ui.choice.picture import BoxFrame

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

WORDS = ("general", "sensitive", "questionable", "explicit")


def ask(workspace: Path, *, boxes: bool = False) -> dict[str, int]:
    """Rates every image general, and asks about all of them; the ids of the ratings by word."""
    with Library.open(workspace) as library:
        names = [f"rating:{word}" for word in WORDS]
        ids = library.tags.add(dict.fromkeys(names, Category.META))
        images = [image for image, _, _ in library.images.askable()]
        for image in images:
            path = library.images.get(image).path
            library.images.posts._database.write(
                lambda connection, path=path: connection.execute(
                    "UPDATE image SET rating = 'g', rating_scheme = 'gsqe' WHERE path = ?", (path,)
                )
            )
        many = len(images)
        shown = np.array([[ids[name] for name in names]] * many, np.int64)
        library.choices("ratings").save(
            ChoiceRanking(
                images=np.array(images, np.int64),
                tags=shown,
                probabilities=np.full((many, 4), 0.25, np.float32),
                current=np.full(many, ids["rating:general"], np.int64),
                suspicions=np.linspace(0.9, 0.1, many, dtype=np.float32),
                boxes=np.tile(np.float32([0.25, 0.5, 0.5, 1.0]), (many, 1)) if boxes else None,
                version="v1",
            )
        )
        return {word: ids[f"rating:{word}"] for word in WORDS}


def opened(qtbot: QtBot, window: MainWindow, workspace: Path) -> ChoicePage:
    assert window.open_collection(workspace)
    assert window.review is not None
    qtbot.keyClick(window.review.page, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    page = window.page
    assert isinstance(page, ChoicePage)
    return page


def painted(qtbot: QtBot, page: ChoicePage) -> ChoicePage:
    qtbot.waitUntil(lambda: page.picture.ready)
    return page


def step(window: MainWindow) -> list[tuple[int, Answer, Origin]]:
    """The answers of the last step, in their order."""
    assert window.review is not None
    recent = window.review.library.decisions.recent(2)[::-1]
    return [(d.tag_id, d.answer, d.origin) for d in recent if d.step == recent[-1].step]


def test_a_letter_or_a_digit_rates_and_the_change_is_told_after(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ids = ask(workspace)
    page = painted(qtbot, opened(qtbot, window, workspace))
    assert page.lead.text() == "Rating of this image?"
    assert page.row.titles == [
        "General  (G)",
        "Sensitive  (S)",
        "Questionable  (Q)",
        "Explicit  (E)",
        "Can't tell",
        "Undo",
    ]
    first = page.session.current
    assert page.said.text() == ""
    qtbot.keyClick(page, Qt.Key.Key_E)
    assert step(window) == [
        (ids["explicit"], Answer.YES, Origin.CHOICE),
        (ids["general"], Answer.NO, Origin.CHOICE),
    ]
    assert page.said.text() == "Last: General \N{RIGHTWARDS ARROW} Explicit."
    assert page.session.current.image_id != first.image_id
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_1)
    assert step(window)[-1] == (ids["general"], Answer.YES, Origin.CHOICE)
    assert page.said.text() == "Last: General, as the image had it."
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert step(window)[-1] == (ids["general"], Answer.UNSURE, Origin.CHOICE)


def test_what_was_answered_is_taken_back_shown_again_and_answered_again(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ask(workspace)
    page = painted(qtbot, opened(qtbot, window, workspace))
    first = page.session.current
    qtbot.keyClick(page, Qt.Key.Key_Q)
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert window.review.library.decisions.total() == 0
    assert page.session.current == first
    assert page.said.text() == "Taken back: Questionable."
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert window.review.library.decisions.total() == 2
    assert page.session.current.image_id != first.image_id
    # An answer of the review is taken back there, not here.
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    window.review.session.answer(Answer.YES)
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert window.review.library.decisions.total() == 1


def test_no_key_counts_before_the_picture_and_none_is_held_down(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ask(workspace)
    page = opened(qtbot, window, workspace)
    assert not page.picture.ready
    qtbot.keyClick(page, Qt.Key.Key_E)
    assert window.review.library.decisions.total() == 0
    painted(qtbot, page)
    first = page.session.current
    qtbot.keyClick(page, Qt.Key.Key_Right)
    second = page.session.current
    assert second.image_id != first.image_id
    qtbot.keyClick(page, Qt.Key.Key_Left)
    assert page.session.current == first
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert page.session.current == second
    assert window.review.library.decisions.total() == 0


def test_the_end_is_told_and_answered_ones_do_not_return(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ask(workspace)
    page = opened(qtbot, window, workspace)
    seen = set()
    while page.session.current is not None:
        seen.add(page.session.current.image_id)
        painted(qtbot, page)
        qtbot.keyClick(page, Qt.Key.Key_G)
    assert len(seen) == 6
    assert "no questions about ratings" in page.picture.view.message
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert window.page is window.review.page
    window.open_collection(workspace)
    qtbot.keyClick(window.review.page, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert window.page.session.current is None


def test_a_page_without_questions_says_where_they_come_from(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    page = opened(qtbot, window, workspace)
    assert "Find likely wrong ratings" in page.picture.view.message
    buttons = [button.text() for button in page.findChildren(QPushButton)]
    assert "Find likely wrong ratings" in buttons
    qtbot.keyClick(page, Qt.Key.Key_E)
    assert window.review.library.decisions.total() == 0


def test_new_questions_are_taken_in_while_the_page_is_open(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    page = opened(qtbot, window, workspace)
    ids = ask(workspace)
    page._read()
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_S)
    assert step(window)[0] == (ids["sensitive"], Answer.YES, Origin.CHOICE)


def test_a_box_is_framed_where_it_is_on_the_picture(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ask(workspace, boxes=True)
    page = painted(qtbot, opened(qtbot, window, workspace))
    frame = page.findChild(BoxFrame)
    whole, part = page.picture.view.picture_box, frame.place()
    assert part.width() == pytest.approx(whole.width() / 4)
    assert part.left() - whole.left() == pytest.approx(whole.width() / 4)
    assert part.bottom() == pytest.approx(whole.bottom())
    assert frame.size() == page.picture.view.size()
    before = page.grab().toImage()
    corner = whole.topLeft().toPoint()
    at = page.picture.view.mapTo(page, corner) + QPoint(12, 12)
    frame.box = None
    frame.update()
    after = page.grab().toImage()
    # What is not meant is darker while a part is.
    assert before.pixelColor(at).lightness() < after.pixelColor(at).lightness()


def test_the_review_shows_the_rating_as_it_was_corrected(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ask(workspace)
    assert window.open_collection(workspace)
    review = window.review
    qtbot.waitUntil(lambda: "general" in review.page.tags._facts.text())
    image = review.session.current.image_id
    qtbot.keyClick(review.page, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    page = window.page
    while page.session.current.image_id != image:
        painted(qtbot, page)
        qtbot.keyClick(page, Qt.Key.Key_Right)
    painted(qtbot, page)
    qtbot.keyClick(page, Qt.Key.Key_E)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: "explicit" in review.page.tags._facts.text())
    # It is a step like any other: the review takes it back, and the question stays.
    qtbot.keyClick(review.page, Qt.Key.Key_Backspace)
    assert review.library.decisions.total() == 0
    assert review.session.current.image_id == image
    qtbot.waitUntil(lambda: "general" in review.page.tags._facts.text())


def test_enter_brings_questions_where_there_are_none(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    page = opened(qtbot, window, workspace)
    make = QApplication.focusWidget()
    assert isinstance(make, QPushButton)
    assert make.text() == "Find likely wrong ratings"
    qtbot.keyClick(make, Qt.Key.Key_Return)
    assert window._runner.jobs[-1].command[0] == "ratings"
    # As soon as there are questions the keys are answers again.
    ask(workspace)
    page._read()
    assert page.session is not None
    assert page.session.current is not None
    assert QApplication.focusWidget() is page
    assert make.focusPolicy() is Qt.FocusPolicy.NoFocus
