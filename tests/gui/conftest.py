"""A window on a real collection: real files, real store, real decoding; no display needed."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"
# Whoever runs the tests may write numbers and dates in another way, or have no UTF-8.
os.environ["LC_ALL"] = "C.UTF-8"

from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from reviewer.app import apply_theme
from reviewer.core.types import Category
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.settings import Settings
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from reviewer.ui.garbage import Collector
from reviewer.ui.jobs.runner import JobRunner
from reviewer.ui.main_window import MainWindow
from reviewer.ui.start.preparing import Sample
from reviewer.ui.widgets import notice_bar
from tests.conftest import every_pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtCore import SignalInstance
    from PySide6.QtWidgets import QApplication
    from pytestqt.wait_signal import SignalBlocker

TAGS = ("cat", "cat_ears", "animal_ears", "hat", "red_hat", "sky", "tree", "smile")
SIZES = ((640, 480), (300, 500), (512, 512), (1200, 700), (90, 60), (800, 800))
PATIENCE_MS = 180_000
"""How long a test waits for what must come: only one that fails waits that long."""
LOOK_S = 0.001
"""Between two looks whether it has come."""


class PatientBot(QtBot):
    """Waits for what must come as long as a busy machine may need."""

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = PATIENCE_MS) -> None:
        """Waits until something is so; pytest-qt's would look a hundred times a second only.

        Raises:
            TimeoutError: It was not so in time.
        """
        end = time.monotonic() + timeout / 1000
        while not callback():
            if time.monotonic() > end:
                raise TimeoutError(f"waited {timeout} ms in vain")
            QCoreApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            time.sleep(LOOK_S)

    def waitSignal(
        self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, raising: bool = True
    ) -> SignalBlocker:
        """Waits, at the end of the block, until a signal has come."""
        return super().waitSignal(signal, timeout=timeout, raising=raising)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> PatientBot:
    """pytest-qt's, with more patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said is still there when a busy machine comes to look for it."""
    monkeypatch.setattr(notice_bar, "STAYS_MS", dict.fromkeys(notice_bar.STAYS_MS, 10**8))


@pytest.fixture
def one_day() -> None:
    """Lets midnight pass where it is near, so that what a test calls "today" stays of today."""

    def date(seconds: int) -> dt.date:
        return (dt.datetime.now().astimezone() + dt.timedelta(seconds=seconds)).date()

    while date(-30) != date(60):
        time.sleep(1)


def make_images(folder: Path) -> None:
    """Draws a few pictures with captions beside them."""
    folder.mkdir(parents=True)
    for number, size in enumerate(SIZES):
        picture = Image.new("RGB", size, (40 * number, 90, 200 - 30 * number))
        ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), fill=(240, 200, 90))
        picture.save(folder / f"{number}.jpg")
        tags = TAGS[number % len(TAGS) :] + TAGS[: number // 2]
        (folder / f"{number}.txt").write_text(", ".join(tags), encoding="utf-8")


def rank_all(library: Library, *, decided: int = 0, reverse: bool = False) -> int:
    """Ranks every pair of image and general tag, and stores the ranking."""
    tags = sorted(
        tag.id for tag in library.vocabulary().tags.values() if tag.category is Category.GENERAL
    )
    return library.rankings.save(every_pair(library, tags[::-1] if reverse else tags, decided))


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small collection that is imported and ranked, to be copied: images and workspace."""
    place = tmp_path_factory.mktemp("pattern")
    make_images(place / "pictures")
    with Library.create(place / "workspace", place / "pictures") as library:
        import_folder(library, Silent())
        rank_all(library)
    return place


@pytest.fixture
def workspace(pattern: Path, tmp_path: Path) -> Path:
    """The workspace of a small collection that is imported and ranked."""
    for name in ("pictures", "workspace"):
        shutil.copytree(pattern / name, tmp_path / name)
    with Library.open(tmp_path / "workspace") as library:
        library.state.set("folder", str((tmp_path / "pictures").resolve()))
    return tmp_path / "workspace"


@pytest.fixture
def settings() -> Settings:
    """Settings that touch nobody's files."""
    return Settings(reviewer="tester", refresh_every=0, window=(1280, 720))


@pytest.fixture
def window(qtbot: QtBot, qapp: object, settings: Settings, tmp_path: Path) -> Iterator[MainWindow]:
    """The window on its start page; it is closed, and must leave no thread behind."""
    apply_theme(qapp)
    before = set(threading.enumerate())
    kept: list[Settings] = []
    runner = JobRunner(program=("false",))
    made = MainWindow(settings, kept.append, workspace_for, runner, Sample(tmp_path / "sample"))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made, timeout=PATIENCE_MS):
        made.show()
    collector = Collector()
    yield made
    made.close()
    collector.close()
    left = set(threading.enumerate()) - before
    ending = [t for t in left if t.name.startswith(("decode", "store-writer"))]
    for thread in ending:
        # A decode in progress is left to itself, and ends when it is done.
        thread.join(PATIENCE_MS / 1000)
    assert not [t.name for t in ending if t.is_alive()]


@pytest.fixture
def reviewing(qtbot: QtBot, window: MainWindow, workspace: Path) -> MainWindow:
    """The window with the first question painted."""
    assert window.open_collection(workspace)
    wait_painted(qtbot, window)
    return window


def wait_painted(qtbot: QtBot, window: MainWindow) -> None:
    """Waits until the question on screen can be answered."""
    assert window.review is not None
    qtbot.waitUntil(lambda: window.review.controller.showing.ready)
