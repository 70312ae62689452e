"""Cyclic garbage is collected in the thread of the window."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

from reviewer.ui.garbage import Collector, spared

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


class Round:
    """Refers to itself, and notes in which thread it ends."""

    ended: list[int]

    def __init__(self, ended: list[int]) -> None:
        self.ended = ended
        self.itself = self

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def churn() -> list[list[int]]:
    """Allocates so much that Python would collect more than once."""
    return [[number] for number in range(20_000)]


def in_a_thread() -> None:
    thread = threading.Thread(target=churn)
    thread.start()
    thread.join()


def test_what_refers_to_itself_ends_in_the_thread_of_the_window(qtbot: QtBot):
    ended: list[int] = []
    collector = Collector()
    try:
        Round(ended)
        in_a_thread()
        assert ended == []
        kept = churn()
        qtbot.waitUntil(lambda: len(ended) == 1)
        assert ended == [threading.get_ident()]
        del kept
    finally:
        collector.close()
    assert gc.isenabled()


def test_without_it_python_collects_in_any_thread():
    ended: list[int] = []
    gc.collect()
    Round(ended)
    in_a_thread()
    assert ended
    assert threading.get_ident() not in ended


def test_what_is_spared_is_looked_through_again_at_the_end():
    ended: list[int] = []
    kept = churn()
    with spared():
        assert gc.get_freeze_count() >= len(kept)
        Round(ended)
        gc.collect()
        assert len(ended) == 1, "what came later is looked through"
    assert gc.get_freeze_count() == 0


def test_an_open_collection_spares_its_tags_and_a_closed_one_nothing(reviewing: MainWindow):
    assert gc.get_freeze_count() > 0
    reviewing.show_start()
    assert gc.get_freeze_count() == 0
