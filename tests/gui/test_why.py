"""V: why a question is asked, and the heat map over its picture."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from reviewer.core.held_out import HELD_OUT
from reviewer.core.statistics import wilson
from reviewer.core.types import Answer, Decision, Origin, Question, Side
from reviewer.jobs.taggers.seen import Learnt, seen_key
from reviewer.store.crossfits import Crossfit
from reviewer.store.heatmaps import RECORD, SIDE, Explained
from reviewer.store.scans import digest_of
from reviewer.ui.tag_panel import Part
from reviewer.ui.why.facts import Neighbour, track_record
from reviewer.ui.why.heat_paint import heat_image
from reviewer.ui.why.panel import (
    CANNOT,
    FAINT,
    LEARNT,
    LITTLE,
    NO_MAP,
    NOTHING_SEEN,
    SEEN,
    WORKING,
    NeighbourRow,
    WhyPanel,
    heat_words,
)
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.store.library import Library
    from reviewer.ui.main_window import MainWindow

WAITS_FOR = """
import pathlib, time
while not pathlib.Path({path!r}).exists():
    time.sleep(0.01)
"""


def explain_all(library: Library, heat: np.ndarray) -> None:
    """Works out every pair in the same way: a map, two companions, neighbours in a ring."""
    tags = sorted(library.vocabulary().tags)
    rows = [(image_id, sha256) for image_id, _, sha256 in library.images.askable()]
    records = np.zeros(len(rows) * len(tags), RECORD)
    for place, record in enumerate(records):
        image_id, sha256 = rows[place // len(tags)]
        tag = tags[place % len(tags)]
        others = [other for other in tags if other != tag][:2]
        record["image"], record["tag"], record["digest"] = image_id, tag, digest_of(sha256)
        record["usual"], record["companions"] = 0.25, [*others, -1]
        record["shares"] = [0.75, 0.125, 0]
    library.heatmaps("v1").append(records, np.repeat(heat[None], len(records), axis=0))
    count = len(rows)
    ring = [[(row + step) % count for step in (1, 2, 3)] for row in range(count)]
    library.crossfit("v1").save(
        Crossfit(
            images=np.array([image_id for image_id, _ in rows]),
            tags=np.array(tags),
            logits=np.zeros((len(tags), count), np.float16),
            groups=np.arange(count),
            neighbours=np.array(ring, np.int32),
            similarities=np.ones((count, 3), np.float16),
            decided=0,
        )
    )


def corner() -> np.ndarray:
    """Seen at the upper left."""
    heat = np.zeros((SIDE, SIDE), np.uint8)
    heat[:4, :4] = 255
    return heat


def press_v(qtbot: QtBot, window: MainWindow) -> None:
    """Presses V and waits until everything is read."""
    why = window.review.controller.why
    qtbot.keyClick(window.review.page, Qt.Key.Key_V)
    qtbot.waitUntil(lambda: not why._reader.busy)


def panel(window: MainWindow) -> str:
    return window.review.page.tags.why.words


def test_v_shows_the_evidence_and_the_map(qtbot: QtBot, reviewing: MainWindow) -> None:
    review = reviewing.review
    explain_all(review.library, corner())
    page, question = review.page, review.session.current
    places = [part.geometry() for part in (page.view, page.question_bar, page.tags)]
    press_v(qtbot, reviewing)
    assert page.tags.part is Part.WHY
    assert f"gives {question.score:.2f}" in panel(reviewing)
    assert "no answers yet at about this suspicion" in panel(reviewing)
    assert "of the 3 nearest have the tag" in panel(reviewing)
    assert "75% of those with" in panel(reviewing)
    assert "25% of all images" in panel(reviewing)
    assert SEEN in panel(reviewing)
    overlay = review.controller.why._overlay
    assert overlay.isVisible()
    assert "Bright where the tagger sees" in overlay.accessibleName()
    assert [p.geometry() for p in (page.view, page.question_bar, page.tags)] == places


def test_v_tells_what_the_score_owes_to_the_label(qtbot: QtBot, reviewing: MainWindow) -> None:
    library, question = reviewing.review.library, reviewing.review.session.current
    explain_all(library, corner())
    kept_out = library.images.get(question.image_id).sha256[0] < HELD_OUT
    press_v(qtbot, reviewing)
    assert LEARNT[Learnt.KEPT_OUT if kept_out else Learnt.NETWORK] in panel(reviewing)
    library.state.set(seen_key(question.version), "may")
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_V)
    press_v(qtbot, reviewing)
    assert "may have learnt this very label" in panel(reviewing)


def test_the_neighbours_are_those_of_the_refresh(qtbot: QtBot, reviewing: MainWindow) -> None:
    library, question = reviewing.review.library, reviewing.review.session.current
    explain_all(library, corner())
    press_v(qtbot, reviewing)
    row = reviewing.review.page.tags.why.row
    ids = [image_id for image_id, _, _ in library.images.askable()]
    start = ids.index(question.image_id)
    near = [ids[(start + step) % len(ids)] for step in (1, 2, 3)]
    assert [entry.image_id for entry in row._entries] == near
    has = [question.tag_id in library.images.original_tags(image_id) for image_id in near]
    assert [entry.has for entry in row._entries] == has
    assert all(entry.picture is not None for entry in row._entries)


def brightness(window: MainWindow) -> tuple[float, float]:
    """Mean brightness of the picture's upper left and lower right, on screen."""
    view = window.review.page.view
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    box = view.picture_box.toRect()
    width, height = box.width() // 4, box.height() // 4

    def mean(left: int, top: int) -> float:
        part = image.copy(left, top, width, height)
        spots = [(x, y) for x in range(0, width, 5) for y in range(0, height, 5)]
        return float(np.mean([part.pixelColor(x, y).value() for x, y in spots]))

    right, low = box.right() - width, box.bottom() - height
    return mean(box.left() + 2, box.top() + 2), mean(right - 2, low - 2)


def test_what_is_not_seen_is_dimmed_and_v_takes_it_away(
    qtbot: QtBot, reviewing: MainWindow
) -> None:
    explain_all(reviewing.review.library, corner())
    before = brightness(reviewing)
    press_v(qtbot, reviewing)
    seen, unseen = brightness(reviewing)
    assert unseen < 0.6 * before[1]
    assert seen > 0.7 * before[0]
    press_v(qtbot, reviewing)
    assert brightness(reviewing) == before
    page = reviewing.review.page
    assert page.tags.part is Part.TAGS
    assert page.question_bar.note == ""


def test_the_map_lies_on_the_picture_when_it_is_zoomed(qtbot: QtBot, reviewing: MainWindow) -> None:
    explain_all(reviewing.review.library, corner())
    press_v(qtbot, reviewing)
    view = reviewing.review.page.view
    fitted = view.picture_box
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_Plus)
    assert view.picture_box.width() > fitted.width()
    view.grab()
    assert reviewing.review.controller.why._overlay.size() == view.size()


def test_shift_lifts_the_map_off_the_picture(qtbot: QtBot, reviewing: MainWindow) -> None:
    explain_all(reviewing.review.library, corner())
    page, overlay = reviewing.review.page, reviewing.review.controller.why._overlay
    press_v(qtbot, reviewing)
    qtbot.keyPress(page, Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: not overlay.isVisible())
    qtbot.keyRelease(page, Qt.Key.Key_Shift)
    assert overlay.isVisible()
    press_v(qtbot, reviewing)
    qtbot.keyPress(page, Qt.Key.Key_Shift)
    qtbot.keyRelease(page, Qt.Key.Key_Shift)
    assert not overlay.isVisible()


def test_the_next_question_begins_without(qtbot: QtBot, reviewing: MainWindow) -> None:
    explain_all(reviewing.review.library, corner())
    press_v(qtbot, reviewing)
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    wait_painted(qtbot, reviewing)
    page = reviewing.review.page
    assert page.tags.part is Part.TAGS
    assert not reviewing.review.controller.why._overlay.isVisible()
    assert "Score" not in page.question_bar.note


def programs(window: MainWindow, code: str) -> None:
    """Lets the next jobs be a small Python program instead of the command line."""
    window._runner._program = (sys.executable, "-c", code)


def test_what_was_not_worked_out_is_asked_for_and_shown(
    qtbot: QtBot, reviewing: MainWindow, tmp_path: Path
) -> None:
    explained = tmp_path / "explained"
    programs(reviewing, WAITS_FOR.format(path=str(explained)))
    question = reviewing.review.session.current
    press_v(qtbot, reviewing)
    assert "None are known for this image" in panel(reviewing)
    assert WORKING in panel(reviewing)
    assert NO_MAP in panel(reviewing)
    assert not reviewing.review.controller.why._overlay.isVisible()
    (job,) = reviewing._runner.jobs
    assert job.command[:4] == ("explain", "--pair", *map(str, question.pair))
    explain_all(reviewing.review.library, corner())
    explained.touch()
    qtbot.waitUntil(lambda: SEEN in panel(reviewing))
    assert reviewing.review.controller.why._overlay.isVisible()


def test_what_cannot_be_worked_out_is_said_to_be_so(qtbot: QtBot, reviewing: MainWindow) -> None:
    press_v(qtbot, reviewing)
    qtbot.waitUntil(lambda: CANNOT in panel(reviewing))
    qtbot.keyClick(reviewing.review.page, Qt.Key.Key_A)
    assert reviewing.review.library.decisions.total() == 1


def test_the_panels_come_back_as_they_were(qtbot: QtBot, reviewing: MainWindow) -> None:
    page = reviewing.review.page
    page.show_side_panels(False)
    press_v(qtbot, reviewing)
    assert page.tags.isVisible()
    press_v(qtbot, reviewing)
    assert not page.side_panels


def test_escape_takes_it_away_and_does_not_leave(qtbot: QtBot, reviewing: MainWindow) -> None:
    page = reviewing.review.page
    press_v(qtbot, reviewing)
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert reviewing.page is page
    assert page.tags.part is Part.TAGS
    assert "Score" not in page.question_bar.note


@pytest.mark.parametrize(
    ("value", "score", "words"),
    [(0, 0.9, NOTHING_SEEN), (255, 0.9, SEEN), (255, LITTLE / 2, FAINT)],
)
def test_what_the_map_shows_in_words(value: int, score: float, words: str) -> None:
    explained = Explained(np.full((SIDE, SIDE), value, np.uint8), 0.5, ())
    assert heat_words(explained, score) == words


def decision(suspicion: float, *, fixed: bool, side: Side = Side.MISSING) -> Decision:
    answer = Answer.YES if fixed == (side is Side.MISSING) else Answer.NO
    return Decision(9, 9, answer, side, 0.5, suspicion, "v1", "me", 0, origin=Origin.QUEUE)


def test_the_record_is_of_answers_like_this_question() -> None:
    question = Question(1, 2, Side.MISSING, 0.8, 0.5)
    alike = [decision(0.5, fixed=True), decision(0.55, fixed=True), decision(0.45, fixed=False)]
    others = [
        decision(0.9, fixed=True),
        decision(0.5, fixed=False, side=Side.WRONG),
        Decision(9, 9, Answer.UNSURE, Side.MISSING, 0.5, 0.5, "v1", "me", 0),
        Decision(8, 9, Answer.NO, Side.MISSING, 0.5, 0.5, "v1", "me", 0, origin=Origin.COPY),
    ]
    record, count = track_record([*alike, *others], question)
    assert count == 3
    assert record == wilson(2, 3)
    assert track_record(others, question) == (None, 0)


def test_the_overlay_dims_and_outlines() -> None:
    image = heat_image(corner())
    assert image.pixelColor(image.width() - 3, image.height() - 3).alpha() > 140
    assert image.pixelColor(3, 3).alpha() < 80
    outline = [
        image.pixelColor(x, 4).alpha() for x in range(image.width()) if x > image.width() // 8
    ]
    assert max(outline) > 200


def test_pictures_of_neighbours_stay_while_the_same_is_read_again(qtbot: QtBot) -> None:
    row = NeighbourRow()
    qtbot.addWidget(row)
    row.resize(200, row.heightForWidth(200))
    red = QImage(40, 40, QImage.Format.Format_RGB32)
    red.fill(Qt.GlobalColor.red)
    row.show_neighbours([Neighbour(7, True, False, red), Neighbour(8, False, False, red)])
    row.show_neighbours([Neighbour(7, False, True), Neighbour(9, True, False)])
    shown = row.grab().toImage()
    middle = row.cell_px // 2
    assert shown.pixelColor(middle, middle) == QColor(Qt.GlobalColor.red)
    assert shown.pixelColor(middle + row.cell_px, middle) != QColor(Qt.GlobalColor.red)
    assert row.accessibleName() == "The nearest images: lacks it, has it"
    row.show_neighbours(())
    row.show_neighbours([Neighbour(7, False, True)])
    assert row.grab().toImage().pixelColor(middle, middle) != QColor(Qt.GlobalColor.red)


def test_words_below_the_nearest_images_have_room_at_any_width(qtbot: QtBot) -> None:
    panel = WhyPanel(str)
    qtbot.addWidget(panel)
    panel.resize(420, 900)
    panel.show()
    row = panel.row
    qtbot.waitUntil(lambda: row.width() > 300)
    assert row.height() >= row.heightForWidth(row.width()) > row.heightForWidth(200)
