"""What the picker says of a text that is no queue's name: another name, a slip, a tag not asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from reviewer.core.types import Category
from reviewer.store.library import Library
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


@pytest.fixture
def picking(qtbot: QtBot, window: MainWindow, workspace: Path) -> MainWindow:
    """A window whose collection also has tags that are not asked about, with the picker open."""
    with Library.open(workspace) as library:
        more = {
            "highres": Category.META,
            "someone": Category.ARTIST,
            "rare_thing": None,
            "old_hat": None,
        }
        ids = library.tags.add(more)
        library.tags.add_aliases({"feline": "cat", "hi_res": "highres"})
        library.tags.note_deprecated({"old_hat": True})
        library.aids.counts.replace(dict.fromkeys(ids.values(), 3) | {ids["rare_thing"]: 1})
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    qtbot.keyClick(window.review.page, Qt.Key.Key_Slash)
    return window


def typed(qtbot: QtBot, window: MainWindow, text: str) -> tuple[list[str], str]:
    """The queues shown for a text, and what is said."""
    queues = window.review.page.queues
    queues._picker.clear()
    qtbot.keyClicks(queues._picker, text)
    words = queues._words.text() if queues._words.isVisible() else ""
    return [row.text for row in queues._model.rows], words


def test_another_name_of_a_tag_finds_its_queue(qtbot: QtBot, picking: MainWindow):
    assert typed(qtbot, picking, "feline") == (["cat"], "")
    qtbot.keyClick(picking.review.page.queues._picker, Qt.Key.Key_Return)
    cat = picking.review.session.vocabulary.by_name["cat"].id
    assert picking.review.session.feed.tag_id == cat


def test_a_slip_finds_what_was_meant_and_says_so(qtbot: QtBot, picking: MainWindow):
    completing = picking.review.controller._aids.completing
    completing.begin()
    qtbot.waitUntil(lambda: completing.is_ready)
    shown, words = typed(qtbot, picking, "smiel")
    assert shown == ["smile"]
    assert words == "No queue has that in its name. Meant, perhaps:"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("highres", "highres is not asked about: meta tag: a picture does not show it."),
        ("hi res", "highres is not asked about: meta tag: a picture does not show it."),
        ("old hat", "old hat is not asked about: deprecated: its site gave it up."),
        ("someone", "someone is not asked about: artist tag: a picture does not show it."),
        (
            "rare thing",
            "rare thing is not asked about: on fewer than 3 images: too few to learn from.",
        ),
    ],
)
def test_a_tag_that_is_not_asked_is_told_with_its_reason(
    qtbot: QtBot, picking: MainWindow, text: str, words: str
):
    assert typed(qtbot, picking, text) == ([], words)


def test_the_reason_stands_beside_queues_that_hold_the_name(qtbot: QtBot, picking: MainWindow):
    session = picking.review.session
    hat = session.vocabulary.by_name["hat"].id
    session.feed.book.close(
        [(question.image_id, hat) for question in session.feed.book.questions(hat)]
    )
    picking.review.controller._around.rebuild()
    shown, words = typed(qtbot, picking, "hat")
    assert shown == ["red hat"]
    assert words.startswith("hat has no question left")


def test_what_no_tag_is_called_is_said_to_have_no_queue(qtbot: QtBot, picking: MainWindow):
    assert typed(qtbot, picking, "zzzzqqqq") == ([], "No queue has that in its name.")


def test_while_nothing_was_counted_only_the_kind_is_a_reason(
    qtbot: QtBot, picking: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        library.aids.counts.replace({})
    assert typed(qtbot, picking, "someone")[1].startswith("someone is not asked about: artist")
    assert typed(qtbot, picking, "rare thing")[1].startswith("rare thing has no question left")


def test_a_tag_of_a_kind_that_is_not_asked_is_taken_in_by_enter(
    qtbot: QtBot, picking: MainWindow, workspace: Path
):
    review = picking.review
    library, queues = review.library, review.page.queues
    begun: list[bool] = []
    review.controller.refresh_due.connect(lambda: begun.append(True))
    # It is counted nowhere yet, so that only its kind stands against it.
    library.aids.counts.replace({})
    _, words = typed(qtbot, picking, "someone")
    assert words == (
        "someone is not asked about: artist tag: a picture does not show it. "
        "Enter asks about it all the same."
    )
    assert not library.tags.wanted()
    qtbot.keyClick(queues._picker, Qt.Key.Key_Return)
    someone = review.session.vocabulary.by_name["someone"].id
    assert library.tags.wanted() == {someone}
    assert begun == [True]
    assert review.page.notice.text.startswith("someone is asked about from now on")
    qtbot.keyClick(review.page, Qt.Key.Key_Slash)
    _, words = typed(qtbot, picking, "someone")
    assert words == "someone is asked about once a refresh has taken it in."
    qtbot.keyClick(queues._picker, Qt.Key.Key_Return)
    # A tag on too few images is not offered: nothing could be learnt of it.
    library.aids.counts.replace({review.session.vocabulary.by_name["highres"].id: 1})
    assert not typed(qtbot, picking, "highres")[1].endswith("all the same.")
    qtbot.keyClick(queues._picker, Qt.Key.Key_Return)
    assert library.tags.wanted() == {someone}
    assert begun == [True]
