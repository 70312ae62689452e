"""Ctrl+C and requests to terminate, at any moment of the window's start."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from reviewer.app import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow


ENDINGS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@pytest.fixture(autouse=True)
def _handlers_as_they_were() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in ENDINGS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", ENDINGS)
def test_a_request_while_the_window_is_opened_closes_it(
    window: MainWindow, qtbot: QtBot, number: signal.Signals
) -> None:
    if number not in {signal.SIGINT, signal.SIGTERM}:
        # As it is where a terminal was, also if these tests run without one.
        signal.signal(number, signal.SIG_DFL)
    ending = Ending()
    window.show()
    signal.raise_signal(number)
    assert window.isVisible()
    ending.close(window)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_a_request_later_closes_it_too(window: MainWindow, qtbot: QtBot) -> None:
    ending = Ending()
    window.show()
    ending.close(window)
    assert window.isVisible()
    signal.raise_signal(signal.SIGTERM)
    assert window.isVisible(), "it is closed by the event loop, never in the middle of a call"
    qtbot.waitUntil(lambda: not window.isVisible())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no terminals to close")
def test_a_window_that_was_to_outlive_its_terminal_does(window: MainWindow) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ending = Ending()
    ending.close(window)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
