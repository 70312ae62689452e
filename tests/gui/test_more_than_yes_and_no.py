"""Siblings, quick tags, the editor, definition and examples: by real keys, against the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from reviewer.core.bindings import Bindings
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Category, Origin, Side
from reviewer.store.aids import TextKind
from reviewer.store.library import Library
from reviewer.store.scans import ROW, ScanShape
from reviewer.store.typical import Typical
from reviewer.store.versions import VersionInfo, VersionState
from reviewer.ui.tag_panel import Part
from tests.gui.conftest import wait_painted
from tests.gui.test_looks import check
from tests.gui.test_presets import with_keys

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.review_page import ReviewPage

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def ids(library: Library) -> dict[str, int]:
    return {name: tag.id for name, tag in library.vocabulary().by_name.items()}


@pytest.fixture
def workspace(workspace: Path) -> Path:
    """A collection with siblings, quick tags, a listed tag, a definition and a scan."""
    with Library.open(workspace) as library:
        tag = ids(library)
        library.aids.siblings.learn({tag["hat"]: [tag["red_hat"], tag["cat_ears"], tag["tree"]]})
        library.aids.quick.set(1, tag["smile"])
        library.aids.quick.set(2, tag["sky"])
        library.aids.quick.set(3, tag["hat"])
        library.aids.listed.add({"umbrella": (Category.GENERAL, 500)}, {"parasol": "umbrella"})
        library.aids.texts.add_definitions({tag["hat"]: "Worn on the head."})
        images = [image_id for image_id, _, _ in library.images.askable()]
        files = library.begin_scan(ScanShape("v1", (tag["hat"],), 2))
        rows = np.zeros(len(images), ROW)
        rows["image"] = images
        angles = np.linspace(0, 1, len(images)) ** 2
        places = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float16)
        files.append(rows, places, np.zeros((len(images), 1), np.float32))
        library.versions.put(VersionInfo("v1", VersionState.ACTIVE, 1))
        library.typical("v1").save(
            Typical(np.array([tag["hat"]]), np.array([[*images[3:], -1]])), "test"
        )
    return workspace


@pytest.fixture
def about_hats(qtbot: QtBot, reviewing: MainWindow) -> MainWindow:
    """Questions about hats, on the side where the tag is missing."""
    reviewing.activateWindow()
    session = reviewing.review.session
    session.choose_side(Side.MISSING)
    session.enter(Mode.TAG, ids(reviewing.review.library)["hat"])
    reviewing.review.controller.showing.show()
    wait_painted(qtbot, reviewing)
    return reviewing


def press(qtbot: QtBot, window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or window.review.page, key)


def geometry(page: ReviewPage):
    parts = (page.question_bar, page.view, page.captions, page.queues, page.tags, page.answers)
    inside = [page.tags.quick, page.tags._facts]
    if page.tags.part is not Part.EDITOR:
        inside += [page.tags._yes, page.tags._no, page.tags._middle]
    return {part: part.geometry() for part in (*parts, *inside)}


# -- siblings ------------------------------------------------------------------------------------


def test_a_digit_stores_no_and_a_sibling_as_one_step(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)
    asked = review.session.current
    before = geometry(review.page)
    press(qtbot, about_hats, Qt.Key.Key_R)
    chips = review.page.question_bar.siblings
    assert chips.is_open
    assert [entry.name for entry in chips.tags] == ["red_hat", "cat_ears", "tree"]
    assert geometry(review.page) == before
    assert review.library.decisions.total() == 0
    press(qtbot, about_hats, Qt.Key.Key_2)
    assert not chips.is_open
    sibling, no = review.library.decisions.recent(2)
    assert (no.pair, no.answer, no.origin) == (asked.pair, Answer.NO, Origin.QUEUE)
    assert sibling.pair == (asked.image_id, tag["cat_ears"])
    assert (sibling.answer, sibling.origin) == (Answer.YES, Origin.SIBLING)
    assert sibling.step == no.step
    assert review.session.current != asked
    assert "cat ears" in review.page.notice.text
    press(qtbot, about_hats, Qt.Key.Key_Backspace)
    assert review.library.decisions.total() == 0
    assert review.session.current == asked


@pytest.mark.parametrize("preset", ["prodigy", "numpad", "hydrus"])
def test_while_a_sibling_is_chosen_a_digit_of_the_number_pad_is_a_digit(
    qtbot: QtBot, about_hats: MainWindow, preset: str
):
    """It is Yes, No or Can't tell otherwise: whoever meant a sibling would have stored that."""
    review = about_hats.review
    with_keys(about_hats, Bindings(preset))
    press(qtbot, about_hats, Qt.Key.Key_R)
    qtbot.keyClick(review.page, Qt.Key.Key_2, Qt.KeyboardModifier.KeypadModifier)
    sibling, no = review.library.decisions.recent(2)
    assert (no.answer, no.origin) == (Answer.NO, Origin.QUEUE)
    assert sibling.tag_id == ids(review.library)["cat_ears"]
    assert (sibling.answer, sibling.origin) == (Answer.YES, Origin.SIBLING)


@pytest.mark.parametrize("key", [Qt.Key.Key_R, Qt.Key.Key_Escape])
def test_the_choice_can_be_left(qtbot: QtBot, about_hats: MainWindow, key: Qt.Key):
    review = about_hats.review
    press(qtbot, about_hats, Qt.Key.Key_R, key)
    assert not review.page.question_bar.siblings.is_open
    assert about_hats.review is review
    press(qtbot, about_hats, Qt.Key.Key_R, Qt.Key.Key_9)
    assert review.page.question_bar.siblings.is_open
    assert review.library.decisions.total() == 0


def test_an_answer_while_choosing_is_that_answer(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    press(qtbot, about_hats, Qt.Key.Key_R, Qt.Key.Key_A)
    (stored,) = review.library.decisions.recent(9)
    assert stored.answer is Answer.YES
    assert not review.page.question_bar.siblings.is_open


def test_a_sibling_is_chosen_by_a_click_and_removed_by_the_other_button(
    qtbot: QtBot, about_hats: MainWindow
):
    review = about_hats.review
    tag = ids(review.library)
    press(qtbot, about_hats, Qt.Key.Key_R)
    chips = review.page.question_bar.siblings
    chips._chips[0].changed_wanted.emit()
    assert [entry.name for entry in chips.tags] == ["cat_ears", "tree"]
    assert review.library.aids.siblings.of(tag["hat"]) == [tag["cat_ears"], tag["tree"]]
    asked = review.session.current
    qtbot.mouseClick(chips._chips[1], Qt.MouseButton.LeftButton)
    assert review.library.decisions.answers(asked.image_id) == {
        tag["hat"]: Answer.NO,
        tag["tree"]: Answer.YES,
    }


def test_a_sibling_is_added_in_the_editor(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)
    press(qtbot, about_hats, Qt.Key.Key_R, Qt.Key.Key_E)
    open_index(qtbot, about_hats)
    qtbot.keyClicks(QApplication.focusWidget(), "smi")
    press(qtbot, about_hats, Qt.Key.Key_Return, Qt.Key.Key_Escape)
    assert review.library.aids.siblings.of(tag["hat"])[0] == tag["smile"]
    assert review.library.aids.siblings.of(tag["smile"]) == [tag["hat"]]
    assert review.library.decisions.total() == 0
    press(qtbot, about_hats, Qt.Key.Key_R)
    assert review.page.question_bar.siblings.tags[0].name == "smile"


# -- quick tags ----------------------------------------------------------------------------------


def test_a_quick_tag_is_added_and_taken_off(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)
    asked = review.session.current
    image = asked.image_id
    had = tag["smile"] in review.library.images.original_tags(image)
    press(qtbot, about_hats, Qt.Key.Key_1)
    (first,) = review.library.decisions.recent(9)
    assert (first.pair, first.origin) == ((image, tag["smile"]), Origin.EDIT)
    assert first.answer is (Answer.NO if had else Answer.YES)
    assert review.session.current == asked
    chip = review.page.tags.quick._chips[1]
    qtbot.waitUntil(lambda: chip.is_on is not had)
    press(qtbot, about_hats, Qt.Key.Key_1)
    assert review.library.decisions.answers(image)[tag["smile"]] is not first.answer
    qtbot.waitUntil(lambda: chip.is_on is had)
    press(qtbot, about_hats, Qt.Key.Key_Backspace, Qt.Key.Key_Backspace)
    assert review.library.decisions.total() == 0
    assert review.session.current == asked


def test_the_asked_tag_is_answered_and_not_edited(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    press(qtbot, about_hats, Qt.Key.Key_3)
    assert review.library.decisions.total() == 0
    assert "Yes or No" in review.page.notice.text
    # Nor does its chip tell what the metadata says.
    review.session.choose_side(Side.WRONG)
    review.controller.showing.show()
    wait_painted(qtbot, about_hats)
    qtbot.wait(30)
    assert not review.page.tags.quick._chips[3].is_on


def test_a_digit_without_a_tag_says_how_to_choose_one(qtbot: QtBot, about_hats: MainWindow):
    press(qtbot, about_hats, Qt.Key.Key_7)
    assert "7" in about_hats.review.page.notice.text
    assert about_hats.review.library.decisions.total() == 0


def test_a_digit_gets_its_tag_at_its_place(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    qtbot.mouseClick(review.page.tags.quick._chips[4], Qt.MouseButton.LeftButton)
    open_index(qtbot, about_hats)
    qtbot.keyClicks(QApplication.focusWidget(), "tre")
    press(qtbot, about_hats, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is review.page
    assert review.library.aids.quick.all()[4] == ids(review.library)["tree"]
    press(qtbot, about_hats, Qt.Key.Key_4)
    assert review.library.decisions.total() == 1


# -- the editor ----------------------------------------------------------------------------------


def open_index(qtbot: QtBot, window: MainWindow) -> None:
    """Waits for the index of names, which is made off the GUI thread."""
    completing = window.review.controller._aids._edits.completing
    qtbot.waitUntil(lambda: completing.is_ready)


@pytest.mark.parametrize("key", [Qt.Key.Key_E, Qt.Key.Key_F3])
def test_the_editor_has_the_keyboard_until_it_is_left(
    qtbot: QtBot, about_hats: MainWindow, key: Qt.Key
):
    review = about_hats.review
    asked = review.session.current
    before = geometry(review.page)
    press(qtbot, about_hats, key)
    assert review.page.tags.part is Part.EDITOR
    assert geometry(review.page).items() <= before.items()
    line = QApplication.focusWidget()
    assert line is review.page.tags.editor._line
    # What would answer, turn, flag or leave outside is only typed here.
    qtbot.keyClicks(line, "axnfr1/")
    qtbot.keyClick(line, Qt.Key.Key_Shift)
    assert line.text() == "axnfr1/"
    assert review.session.current == asked
    assert review.library.decisions.total() == 0
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is review.page
    assert review.page.tags.part is Part.TAGS
    qtbot.waitUntil(lambda: geometry(review.page) == before)
    press(qtbot, about_hats, Qt.Key.Key_A)
    assert review.library.decisions.total() == 1


def test_enter_adds_a_tag_and_typing_it_again_takes_it_off(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)
    image = review.session.current.image_id
    present = review.library.images.original_tags(image)
    missing = next(name for name in tag if tag[name] not in present and name != "hat")
    press(qtbot, about_hats, Qt.Key.Key_E)
    open_index(qtbot, about_hats)
    line = QApplication.focusWidget()
    for said in (Answer.YES, Answer.NO):
        qtbot.keyClicks(line, missing)
        press(qtbot, about_hats, Qt.Key.Key_Return)
        assert line.text() == ""
        assert review.library.decisions.answers(image)[tag[missing]] is said
        on = said is Answer.YES
        qtbot.waitUntil(lambda on=on: (tag[missing] in review.page.tags.on_image) is on)
    assert {d.origin for d in review.library.decisions.recent(9)} == {Origin.EDIT}
    # Each is a step of its own; only what was changed here is taken back here.
    for left in (1, 0, 0):
        qtbot.keyClick(line, Qt.Key.Key_Z, CONTROL)
        assert review.library.decisions.total() == left
    assert QApplication.focusWidget() is line


def test_tab_lists_what_an_image_may_lack_and_enter_adds_one_after_the_other(
    qtbot: QtBot, about_hats: MainWindow
):
    review = about_hats.review
    tag = ids(review.library)

    def lacking() -> list[str]:
        present = review.library.images.original_tags(review.session.current.image_id)
        return [name for name in sorted(tag, key=tag.__getitem__) if tag[name] not in present]

    while len(lacking()) < 3:
        press(qtbot, about_hats, Qt.Key.Key_Right)
    wait_painted(qtbot, about_hats)
    image = review.session.current.image_id
    press(qtbot, about_hats, Qt.Key.Key_E, Qt.Key.Key_Tab)
    line, editor = QApplication.focusWidget(), review.page.tags.editor

    def listed() -> list[str]:
        rows = range(editor._model.rowCount()) if editor.offers else ()
        return [editor._model.row_at(editor._model.index(row)).name for row in rows]

    # The ranking promises most of the first tag and least of the last; the asked one is left out.
    one, other = (name for name in lacking() if name != "hat")
    assert listed() == [one, other]
    press(qtbot, about_hats, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert listed() == [one]
    assert review.library.decisions.answers(image) == {tag[other]: Answer.YES}
    assert {d.origin for d in review.library.decisions.recent(9)} == {Origin.EDIT}
    # What was taken back is offered again; whoever types is done with the list.
    qtbot.keyClick(line, Qt.Key.Key_Z, CONTROL)
    assert listed() == [one, other]
    qtbot.keyClicks(line, "x")
    assert not editor.offers
    line.clear()
    press(qtbot, about_hats, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert review.library.decisions.answers(image) == dict.fromkeys(
        (tag[one], tag[other]), Answer.YES
    )
    assert not editor.offers


def test_slips_aliases_and_listed_tags_are_found(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    image = review.session.current.image_id
    press(qtbot, about_hats, Qt.Key.Key_E)
    open_index(qtbot, about_hats)
    line, editor = QApplication.focusWidget(), review.page.tags.editor
    qtbot.keyClicks(line, "smlie")
    assert editor.marked().name == "smile"
    line.clear()
    qtbot.keyClicks(line, "paras")
    row = editor.marked()
    assert (row.name, row.alias, row.tag_id, row.posts) == ("umbrella", "parasol", None, 500)
    press(qtbot, about_hats, Qt.Key.Key_Return)
    made = ids(review.library)["umbrella"]
    assert review.library.decisions.answers(image) == {made: Answer.YES}
    assert review.session.vocabulary.name(made) == "umbrella"
    qtbot.waitUntil(lambda: made in review.page.tags.on_image)
    qtbot.keyClicks(line, "umbr")
    assert (editor.marked().tag_id, editor.marked().on_image) == (made, True)


def test_a_tag_that_nobody_knows_is_offered_last(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    image = review.session.current.image_id
    press(qtbot, about_hats, Qt.Key.Key_E)
    open_index(qtbot, about_hats)
    line, editor = QApplication.focusWidget(), review.page.tags.editor
    qtbot.keyClicks(line, "Sky Blue")
    assert editor.marked().is_new
    press(qtbot, about_hats, Qt.Key.Key_Return)
    made = ids(review.library)["sky_blue"]
    assert review.library.decisions.answers(image) == {made: Answer.YES}
    qtbot.keyClicks(line, "sk")
    names = [editor._model.row_at(editor._model.index(n)).name for n in range(3)]
    assert names == ["sky_blue", "sky", "sk"]
    press(qtbot, about_hats, Qt.Key.Key_Down, Qt.Key.Key_Tab)
    assert line.text() == "sky"


def test_with_nothing_typed_the_tags_of_the_image_are_at_hand(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    image = review.session.current.image_id
    present = review.library.images.original_tags(image)
    press(qtbot, about_hats, Qt.Key.Key_E, Qt.Key.Key_Down)
    editor = review.page.tags.editor
    line = editor._tags.row_at(editor._present.currentIndex())
    while line.tag_id not in present:
        press(qtbot, about_hats, Qt.Key.Key_Down)
        line = editor._tags.row_at(editor._present.currentIndex())
    press(qtbot, about_hats, Qt.Key.Key_Return)
    assert review.library.decisions.answers(image) == {line.tag_id: Answer.NO}


def test_the_editor_sets_quick_tags_and_siblings(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)
    press(qtbot, about_hats, Qt.Key.Key_E)
    open_index(qtbot, about_hats)
    line = QApplication.focusWidget()
    qtbot.keyClicks(line, "animal")
    qtbot.keyClick(line, Qt.Key.Key_9, CONTROL)
    assert review.library.aids.quick.all()[9] == tag["animal_ears"]
    assert review.page.tags.quick.tags[9].name == "animal_ears"
    qtbot.keyClick(line, Qt.Key.Key_R, CONTROL)
    assert tag["animal_ears"] in review.library.aids.siblings.of(tag["hat"])
    qtbot.keyClick(line, Qt.Key.Key_R, CONTROL)
    assert tag["animal_ears"] not in review.library.aids.siblings.of(tag["hat"])
    assert review.library.decisions.total() == 0


def test_going_on_closes_the_editor(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    press(qtbot, about_hats, Qt.Key.Key_E)
    review.page.command.emit("answer.no", 0)
    assert review.page.tags.part is Part.TAGS
    assert QApplication.focusWidget() is review.page


# -- definition and examples ---------------------------------------------------------------------


def test_definition_and_examples_stand_beside_the_question(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    about = review.page.tags.about
    before = geometry(review.page)
    images = [image for image, _, _ in review.library.images.askable()]
    asked = review.session.current.image_id
    press(qtbot, about_hats, Qt.Key.Key_D)
    assert review.page.tags.part is Part.ABOUT
    assert geometry(review.page) == before
    assert about._definition.toPlainText() == "Worn on the head."
    shown = about._cells[Answer.YES]
    qtbot.waitUntil(lambda: shown[0].example is not None)
    unreviewed = [cell.example.image_id for cell in shown if cell.example is not None]
    others = [image for image in images[3:] if image != asked]
    # The embeddings lie on an arc, in the order of the images, ever farther apart.
    assert unreviewed == sorted(others, key=lambda image: (abs(image - asked), image))
    assert not any(cell.example.confirmed for cell in shown if cell.example is not None)
    assert "unreviewed" in about._captions[Answer.YES].text()
    assert "none" in about._captions[Answer.NO].text()
    assert all(cell._image is not None for cell in shown if cell.example is not None)
    assert geometry(review.page) == before
    # What is answered is an example for the next one.
    press(qtbot, about_hats, Qt.Key.Key_X)
    wait_painted(qtbot, about_hats)
    qtbot.waitUntil(lambda: about._cells[Answer.NO][0].example is not None)
    assert about._cells[Answer.NO][0].example.image_id == asked
    assert geometry(review.page) == before
    press(qtbot, about_hats, Qt.Key.Key_D)
    assert review.page.tags.part is Part.TAGS


def test_an_example_whose_file_is_gone_is_left_out(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    typical = review.library.typical("v1").load().of(ids(review.library)["hat"])
    asked = review.session.current.image_id
    set_aside, cut_off = [image for image in typical if image != asked][:2]
    review.library.images.set_aside(set_aside, "cut off")
    review.library.images.path(cut_off).write_bytes(b"not a picture")
    press(qtbot, about_hats, Qt.Key.Key_D)
    cells = review.page.tags.about._cells[Answer.YES]
    left = [image for image in typical if image not in {asked, set_aside, cut_off}]
    finder = review.controller._aids._about._finder
    qtbot.waitUntil(lambda: finder.get((asked, ids(review.library)["hat"])) is not None)
    assert [cell.example.image_id for cell in cells if cell.example is not None] == left


def test_a_note_is_written_where_it_stands(qtbot: QtBot, about_hats: MainWindow):
    review = about_hats.review
    tag = ids(review.library)["hat"]
    before = geometry(review.page)
    qtbot.keyClick(review.page, Qt.Key.Key_D, SHIFT)
    note = QApplication.focusWidget()
    assert note is review.page.tags.about._note
    qtbot.keyClicks(note, "Hoods are no hats. A x")
    assert geometry(review.page) == before
    qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is review.page
    assert review.library.aids.texts.of(tag) == {
        TextKind.DEFINITION: "Worn on the head.",
        TextKind.NOTE: "Hoods are no hats. A x",
    }
    assert review.library.decisions.total() == 0
    qtbot.mouseClick(note.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert QApplication.focusWidget() is note
    note.selectAll()
    qtbot.keyClick(note, Qt.Key.Key_Delete)
    qtbot.keyClick(note, Qt.Key.Key_Return, CONTROL)
    assert review.library.aids.texts.of(tag) == {TextKind.DEFINITION: "Worn on the head."}


def test_keys_bring_the_panels_back(qtbot: QtBot, about_hats: MainWindow):
    page = about_hats.review.page
    for key in (Qt.Key.Key_E, Qt.Key.Key_D):
        press(qtbot, about_hats, Qt.Key.Key_Tab)
        assert not page.side_panels
        press(qtbot, about_hats, key)
        assert page.side_panels
        press(qtbot, about_hats, Qt.Key.Key_Escape if key == Qt.Key.Key_E else key)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_nothing_is_cut_in_a_low_window_with_large_text(
    qtbot: QtBot, window: MainWindow, workspace: Path, percent: int
):
    window.resize(1280, 720)
    window._store(window.settings.with_value("text_percent", percent))
    assert window.open_collection(workspace)
    window.activateWindow()
    wait_painted(qtbot, window)
    for open_, close in (
        (Qt.Key.Key_R, Qt.Key.Key_Escape),
        (Qt.Key.Key_D, Qt.Key.Key_D),
        (Qt.Key.Key_E, Qt.Key.Key_Escape),
    ):
        press(qtbot, window, open_)
        qtbot.wait(30)
        check(window, window.review.page)
        press(qtbot, window, close)
        qtbot.wait(30)


def test_taking_back_what_was_not_asked_says_so(qtbot: QtBot, about_hats: MainWindow):
    page = about_hats.review.page
    asked = about_hats.review.session.current
    press(qtbot, about_hats, Qt.Key.Key_2, Qt.Key.Key_Backspace)
    assert page.notice.text == "Taken back: sky."
    assert about_hats.review.session.current == asked
    press(qtbot, about_hats, Qt.Key.Key_Backspace)
    assert "no answer" in page.notice.text


def test_the_words_name_the_keys_of_the_person(qtbot: QtBot, about_hats: MainWindow):
    page = about_hats.review.page
    lead = page.question_bar.siblings._lead
    press(qtbot, about_hats, Qt.Key.Key_R)
    assert "Esc goes back" in lead.text()
    press(qtbot, about_hats, Qt.Key.Key_Escape)
    with_keys(about_hats, Bindings().given("leave", ("K",)))
    press(qtbot, about_hats, Qt.Key.Key_R)
    assert "K goes back" in lead.text()
    press(qtbot, about_hats, Qt.Key.Key_K, Qt.Key.Key_D)
    assert page.tags.about._note.placeholderText().startswith("Shift+D or a click")


def test_escape_puts_the_definition_away_before_it_leaves(qtbot: QtBot, about_hats: MainWindow):
    page, asked = about_hats.review.page, about_hats.review.session.current
    press(qtbot, about_hats, Qt.Key.Key_D, Qt.Key.Key_Escape)
    assert about_hats.page is page
    assert page.tags.part is Part.TAGS
    assert about_hats.review.session.current == asked
    qtbot.wait(60)
    press(qtbot, about_hats, Qt.Key.Key_Escape)
    assert about_hats.page is about_hats.start_page
