"""Images that no tagger is trained on are a queue of the window, which a new ranking fills anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from reviewer.core.ranking.apart import APART
from reviewer.core.review.feed import Mode
from reviewer.store.library import Library
from reviewer.ui.queues.rows import RowKind
from tests.gui.conftest import wait_painted

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow
    from reviewer.ui.queues.rows import QueueRow


def set_apart(library: Library, kept_out: list[int]) -> None:
    """Ranks as before, with questions about some images apart."""
    ranking = library.rankings.load()
    tag_id = int(ranking.tags[0])
    asked = [(image, tag_id, tag_id in library.images.original_tags(image)) for image in kept_out]
    apart = np.array([(*pair, 0.5, 0.25) for pair in asked], APART)
    library.rankings.save(replace(ranking, apart=apart))


def rows_of(window: MainWindow) -> list[QueueRow]:
    assert window.review is not None
    window.review.controller._around.rebuild()
    rows = window.review.page.queues._model._all
    return [row for row in rows if row.kind is RowKind.KEPT_OUT]


def test_the_queue_asks_about_these_images_and_outlives_a_new_ranking(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    with Library.open(workspace) as library:
        kept_out = [image_id for image_id, _, _ in library.images.askable()][:4]
        set_apart(library, kept_out)
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    review = window.review
    assert review is not None
    session = review.session
    left = len(session.feed.lists.of(Mode.KEPT_OUT))
    assert left == 4
    (row,) = rows_of(window)
    assert row.detail.startswith(f"{left} ")
    review.page.queues.chosen.emit(row)
    wait_painted(qtbot, window)
    first = session.current
    assert first is not None
    assert first.image_id in kept_out
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    wait_painted(qtbot, window)
    assert len(session.feed.lists.of(Mode.KEPT_OUT)) == left - 1
    set_apart(review.library, kept_out)
    assert review.controller.take_new_ranking()
    assert session.feed.mode is Mode.KEPT_OUT
    assert len(session.feed.lists.of(Mode.KEPT_OUT)) == left - 1
    qtbot.keyClick(review.page, Qt.Key.Key_A)
    wait_painted(qtbot, window)
    assert session.current is not None
    assert session.current.image_id in kept_out
    assert {entry.image_id for entry in review.library.decisions.recent(2)} <= set(kept_out)


def test_there_is_no_such_row_where_nothing_is_apart(
    qtbot: QtBot, window: MainWindow, workspace: Path
):
    window.open_collection(workspace)
    wait_painted(qtbot, window)
    assert rows_of(window) == []
