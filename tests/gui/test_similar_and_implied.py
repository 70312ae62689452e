"""K shows what is similar; broken implications are a queue of the window, with their reasons."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from reviewer.core.errors import UsageError
from reviewer.core.labels import Label
from reviewer.core.nearest import Centre
from reviewer.core.review.feed import Mode
from reviewer.core.tags.implied import Rule
from reviewer.core.types import Answer, Origin
from reviewer.store.implied import Broken
from reviewer.store.library import Library
from reviewer.store.scans import ROW, ScanShape, digest_of
from reviewer.store.versions import VersionInfo, VersionState
from reviewer.ui.queues.rows import RowKind
from reviewer.ui.similar.cells import WORDS, nearness
from reviewer.ui.similar.page import SimilarPage
from reviewer.ui.similar.reader import SimilarReader
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.queues.rows import QueueRow


def scan_all(workspace: Path) -> list[int]:
    """Scans all images without a network: each is like the one before it; returns their ids."""
    with Library.open(workspace) as library:
        askable = library.images.askable()
        info = VersionInfo("v1", VersionState.ACTIVE, 1, "", "none", 1, 0, {})
        library.versions.put(info)
        rows = np.zeros(len(askable), ROW)
        rows["image"] = [image_id for image_id, _, _ in askable]
        rows["digest"] = [digest_of(sha) for _, _, sha in askable]
        rows["hash"] = [(1 << number) - 1 for number in range(len(askable))]
        angle = np.linspace(0, 2, len(askable))
        vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float16)
        files = library.begin_scan(ScanShape("v1", (1,), 2))
        files.append(rows, vectors, np.zeros((len(askable), 1), np.float32))
        return rows["image"].tolist()


def open_page(qtbot: QtBot, window: MainWindow) -> SimilarPage:
    assert window.review is not None
    qtbot.keyClick(window.review.page, Qt.Key.Key_K)
    page = window.page
    assert isinstance(page, SimilarPage)
    return page


def words(page: SimilarPage) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel))


def test_the_nearest_images_are_shown_with_their_labels(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    ids = scan_all(workspace)
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    assert review is not None
    question = review.session.current
    assert question is not None
    other = next(image for image in ids if image != question.image_id)
    asked = type(question)(other, question.tag_id, question.side, 0.5, 0.5, origin=Origin.EDIT)
    review.session.change([(asked, Answer.NO)])
    page = open_page(qtbot, window)
    qtbot.waitUntil(lambda: bool(page.cells.images) and not page._background.busy)
    shown = page.cells.images
    assert shown[0].image_id == question.image_id
    assert shown[0].near is None
    near = [entry.near for entry in shown[1:]]
    assert {entry.image_id for entry in shown} == set(ids)
    cosines = [entry.cosine for entry in near if entry is not None]
    assert cosines == sorted(cosines, reverse=True)
    assert all(entry.picture is not None for entry in shown)
    answered = next(entry for entry in shown if entry.image_id == other)
    assert answered.label is Label.CONFIRMED_ABSENT
    assert WORDS[answered.label] in page.cells.accessibleName()
    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(page.cells.images) and not page._background.busy)
    bits = [entry.near.bits for entry in page.cells.images if entry.near is not None]
    assert bits == sorted(bits)
    assert "bit" in nearness(page.cells.images[1])
    assert not page.cells.grab().isNull()
    qtbot.keyClick(page, Qt.Key.Key_K)
    assert window.page is review.page
    assert review.session.current == question


def test_without_a_scan_it_says_so(qtbot: QtBot, reviewing: MainWindow):
    page = open_page(qtbot, reviewing)
    qtbot.waitUntil(lambda: "not scanned yet" in words(page))
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert reviewing.review is not None
    assert reviewing.page is reviewing.review.page


def test_a_search_holds_no_key_up(qtbot: QtBot, window: MainWindow, workspace: Path):
    scan_all(workspace)
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    assert review is not None
    question = review.session.current
    page = open_page(qtbot, window)
    assert page._background.busy
    assert not page.cells.images
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert window.page is review.page
    assert not page._background.busy
    wait_painted(qtbot, window)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    stored = review.library.decisions.recent(1)[0]
    assert question is not None
    assert stored.pair == question.pair


def break_rules(workspace: Path) -> tuple[int, int]:
    """Keeps one rule with gaps on four images; returns child and parent."""
    with Library.open(workspace) as library:
        vocabulary = library.vocabulary()
        parent, child = (vocabulary.find(name) for name in ("animal_ears", "smile"))
        assert parent is not None
        assert child is not None
        images = [i for i, _, _ in library.images.askable()]
        lacking = [i for i in images if parent.id not in library.images.original_tags(i)]
        library.implied.save(
            Broken(
                rules=(Rule(child.id, parent.id, True, 1204, 24),),
                images=np.array(lacking, np.int64),
                parents=np.full(len(lacking), parent.id, np.int64),
                scores=np.full(len(lacking), 0.5, np.float32),
                chances=np.full(len(lacking), 0.9, np.float32),
            )
        )
        return child.id, parent.id


def row_of(window: MainWindow) -> QueueRow:
    assert window.review is not None
    window.review.controller._around.rebuild()
    rows = window.review.page.queues._model._all
    return next(row for row in rows if row.kind is RowKind.IMPLIED)


def test_broken_implications_are_a_queue_with_reasons(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    child, parent = break_rules(workspace)
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    assert review is not None
    left = len(review.session.feed.lists.of(Mode.IMPLIED))
    row = row_of(window)
    assert row.text == "Broken implications"
    assert row.detail == f"{left} implied tags missing"
    review.page.queues.chosen.emit(row)
    wait_painted(qtbot, window)
    question = review.session.current
    assert question is not None
    assert question.tag_id == parent
    implied = child in review.library.images.original_tags(question.image_id)
    qtbot.keyClick(review.page, Qt.Key.Key_V)
    told = "smile: the list says so; 98% of its 1,204 images"
    expected = told if implied else "No other tag of this image implies it."
    qtbot.waitUntil(lambda: expected in review.page.tags.why.words)
    qtbot.keyClick(review.page, Qt.Key.Key_V)
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    assert len(review.session.feed.lists.of(Mode.IMPLIED)) == left - 1
    stored = review.library.decisions.recent(1)[0]
    assert (stored.pair, stored.answer) == (question.pair, Answer.YES)
    qtbot.keyClick(review.page, Qt.Key.Key_Backspace)
    assert len(review.session.feed.lists.of(Mode.IMPLIED)) == left


def test_nobody_waits_for_a_look_that_was_given_up(reviewing: MainWindow, workspace: Path):
    assert reviewing.review is not None
    session = reviewing.review.session
    question = session.current
    assert question is not None
    scan_all(workspace)
    reader = SimilarReader(reviewing.review.library, session.vocabulary)
    reader.give_up()
    with pytest.raises(UsageError, match="any more"):
        reader.find(question, by_hash=False)
    reader.begin()
    assert len(reader.find(question, by_hash=False).images) > 1


def test_the_window_does_not_wait_for_what_the_page_still_looks_for(
    qtbot: QtBot, reviewing: MainWindow, workspace: Path, monkeypatch: pytest.MonkeyPatch
):
    scan_all(workspace)
    began = threading.Event()

    def endless(centre: type[Centre], embeddings: object, between: Callable[[], None]) -> Centre:
        """Reads as long as it may, as if there were millions."""
        while True:
            began.set()
            between()

    monkeypatch.setattr(Centre, "of", classmethod(endless))
    open_page(qtbot, reviewing)
    qtbot.waitUntil(began.is_set)
    reviewing.show_start()
    assert reviewing.review is None
