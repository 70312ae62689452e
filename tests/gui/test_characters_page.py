"""The page of faces: a framed head, a digit for whom it shows, undo, and what is exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from reviewer.core.choices.choice import ChoiceRanking
from reviewer.core.types import Answer, Category, Origin
from reviewer.jobs.context import Silent
from reviewer.jobs.exports.copies import export
from reviewer.store.character_examples import CharacterExamples, examples_folder, save_examples
from reviewer.store.library import Library
from reviewer.ui.choice.page import ChoicePage
from reviewer.ui.choice.row import FaceButton
from reviewer.ui.widgets.parts import two_lines

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

NAMES = ("ada", "bea", "cleo", "dora", "edda")


@pytest.fixture
def faces(reviewing: MainWindow) -> MainWindow:
    """Questions about three faces: one alone, one of two, and one that the tag names wrongly."""
    library = reviewing.review.library
    ids = library.tags.add(dict.fromkeys(NAMES, Category.CHARACTER))
    images = [image_id for image_id, _, _ in library.images.askable()]
    tags = np.array([[ids[name] for name in NAMES]] * 3)
    library.choices("characters").save(
        ChoiceRanking(
            images=np.array(images[:3]),
            tags=tags,
            probabilities=np.tile(np.float32([0.6, 0.2, 0.1, 0.05, 0.02]), (3, 1)),
            current=np.array([-1, -1, ids["cleo"]]),
            suspicions=np.float32([0.6, 0.5, 0.4]),
            boxes=np.float32([[0.5, 0.25, 0.75, 0.75], [0.1, 0.1, 0.4, 0.4], [0, 0, 0.5, 0.5]]),
            alone=np.array([True, False, True]),
            version="characters c1",
        )
    )
    return reviewing


def opened(qtbot: QtBot, window: MainWindow) -> ChoicePage:
    qtbot.keyClick(window.review.page, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    page = window.page
    assert isinstance(page, ChoicePage)
    qtbot.waitUntil(lambda: page.picture.ready)
    return page


def press(qtbot: QtBot, page: ChoicePage, key: Qt.Key) -> None:
    qtbot.waitUntil(lambda: page.picture.ready)
    qtbot.keyClick(page, key)


def said(window: MainWindow) -> list[tuple[str, Answer]]:
    library = window.review.library
    names = {tag_id: name for name, tag_id in library.tags.ids().items()}
    return [(names[d.tag_id], d.answer) for d in reversed(library.decisions.recent(20))]


def test_a_digit_says_whose_the_framed_face_is(qtbot: QtBot, faces: MainWindow) -> None:
    page = opened(qtbot, faces)
    assert page.lead.text() == "Which character?"
    frame, whole = page.picture._frame.place(), page.picture.view.picture_box
    assert frame.left() == pytest.approx(whole.left() + whole.width() / 2, abs=1)
    assert frame.width() == pytest.approx(whole.width() / 4, abs=1)
    press(qtbot, page, Qt.Key.Key_2)
    assert said(faces) == [("bea", Answer.YES)]
    (stored,) = faces.review.library.decisions.recent(1)
    assert (stored.origin, stored.reviewer) == (Origin.CHOICE, "tester")


def test_none_of_two_faces_denies_nobody_and_of_one_face_all_that_were_offered(
    qtbot: QtBot, faces: MainWindow
) -> None:
    page = opened(qtbot, faces)
    press(qtbot, page, Qt.Key.Key_0)
    assert said(faces) == [(name, Answer.NO) for name in NAMES]
    press(qtbot, page, Qt.Key.Key_0)
    assert said(faces)[len(NAMES) :] == [("ada", Answer.UNSURE)]


def test_another_name_replaces_the_wrong_one_in_one_step(qtbot: QtBot, faces: MainWindow) -> None:
    page = opened(qtbot, faces)
    press(qtbot, page, Qt.Key.Key_Right)
    press(qtbot, page, Qt.Key.Key_Right)
    press(qtbot, page, Qt.Key.Key_1)
    assert said(faces) == [("ada", Answer.YES), ("cleo", Answer.NO)]
    # It was the last one: there is no picture to wait for.
    qtbot.keyClick(page, Qt.Key.Key_Backspace)
    assert said(faces) == []
    qtbot.waitUntil(lambda: page.picture.ready)
    assert page.session.current.current == faces.review.library.tags.ids()["cleo"]


def test_a_choice_shows_a_typical_head_and_its_whole_name(qtbot: QtBot, faces: MainWindow) -> None:
    library = faces.review.library
    heads = np.zeros((1, 20, 20, 3), np.uint8)
    heads[..., 1] = 200
    bea = np.array([library.tags.ids()["bea"]])
    save_examples(examples_folder(library.workspace.path), CharacterExamples(bea, heads))
    page = opened(qtbot, faces)
    buttons = [b for b in page.row._buttons if isinstance(b, FaceButton)]
    assert [b.text() for b in buttons] == list(NAMES)
    assert [b.head is not None for b in buttons] == [name == "bea" for name in NAMES]
    shown = buttons[1].grab().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 3).green() == 200
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert said(faces) == [("bea", Answer.YES)]


def test_a_long_name_is_broken_before_its_brackets_and_shortened_at_last(
    window: MainWindow,
) -> None:
    metrics = QFontMetrics(window.font())
    name = "kaname madoka (puella magi)"
    half = metrics.horizontalAdvance("kaname madoka") + 20
    assert two_lines("miku", metrics, half) == ["miku"]
    assert two_lines(name, metrics, half) == ["kaname madoka", "(puella magi)"]
    for line in two_lines("a" * 80, metrics, half) + two_lines(name, metrics, 60):
        assert metrics.horizontalAdvance(line) <= half
        assert "\N{HORIZONTAL ELLIPSIS}" in line


def test_the_smallest_window_cuts_no_word_of_the_answers(qtbot: QtBot, faces: MainWindow) -> None:
    faces.resize(faces.minimumSize())
    page = opened(qtbot, faces)
    page.layout().activate()
    words = [b for b in page.row._buttons if not isinstance(b, FaceButton)]
    assert [b.text() for b in words] == ["None of these", "Can't tell", "Undo"]
    assert all(b.width() >= b.sizeHint().width() for b in words)
    assert page.row._buttons[-1].geometry().right() <= page.row.width()


def test_what_was_said_is_exported(qtbot: QtBot, faces: MainWindow, tmp_path: Path) -> None:
    page = opened(qtbot, faces)
    press(qtbot, page, Qt.Key.Key_3)
    changed = faces.review.library.decisions.recent(1)[0].image_id
    path = faces.review.library.images.get(changed).path
    with Library.open(faces.review.library.workspace.path) as library:
        export(library, Silent(), tmp_path / "out", ["captions"])
    written = (tmp_path / "out" / "captions" / path).with_suffix(".txt")
    assert "cleo" in written.read_text(encoding="utf-8").split(", ")
