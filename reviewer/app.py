"""The composition root of the window: settings, theme, jobs and window are put together here."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from reviewer import settings as settings_files
from reviewer.core.errors import SourceError, UsageError
from reviewer.store.workspace import data_folder, workspace_for
from reviewer.ui.garbage import Collector
from reviewer.ui.jobs.runner import JobRunner
from reviewer.ui.main_window import MainWindow
from reviewer.ui.no_display import NoDisplay
from reviewer.ui.start.preparing import Sample
from reviewer.ui.start.start_page import NAME
from reviewer.ui.theme import apply_theme
from reviewer.ui.unexpected import Unexpected
from reviewer.ui.widgets.icons import application_icon
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QSize

    from reviewer.core.beginning import Beginning
    from reviewer.settings import Settings

PULSE_MS = 400


def run(
    workspace: Path | None = None,
    prepare: Path | None = None,
    settings: Settings | None = None,
    *,
    wanted: Beginning | None = None,
) -> int:
    """Opens the window and stays until it is closed.

    Args:
        workspace: The collection to review; `None` for the start page.
        prepare: A folder of images to make ready first; the window opens at once meanwhile.
        settings: What the person set up; `None` for what is stored.
        wanted: Where tags and tagger come from; `None` for what fits.

    Returns:
        The exit code.
    """

    def begin(window: MainWindow) -> None:
        if prepare is not None:
            window.prepare(prepare, workspace, wanted)
        elif workspace is not None:
            window.come_back(workspace)

    return _run(begin, settings)


def run_demo(
    folder: Path,
    workspace: Path | None = None,
    *,
    images: int = 3000,
    seed: int = 7,
) -> int:
    """Opens the window on a sample collection, which is drawn and made ready first.

    Args:
        folder: Where the sample is drawn.
        workspace: Where what is known of it is kept; `None` for the usual place.
        images: Illustrations to draw.
        seed: Of the illustrations.

    Returns:
        The exit code.
    """
    sample = Sample(folder, workspace, images, seed)
    return _run(lambda window: window.prepare_sample(sample), None)


class Ending:
    """Ctrl+C, a request to terminate, a terminal that closes: the window closes properly.

    The command line answers them with an exception. In the window that would be raised inside one
    of Qt's calls, where it is lost or ends the program without closing anything.
    """

    def __init__(self) -> None:
        self._window: MainWindow | None = None
        self._asked = False
        for number in _endings():
            signal.signal(number, self._ask)

    def close(self, window: MainWindow) -> None:
        """Names the window to close, and closes it if that was asked for while it was opened."""
        self._window = window
        if self._asked:
            QTimer.singleShot(0, window.close)

    def _ask(self, _number: int, _place: object) -> None:
        self._asked = True
        if self._window is not None:
            # A signal comes in the middle of anything, a refresh that reads the store among it.
            QTimer.singleShot(0, self._window.close)


def _endings() -> list[signal.Signals]:
    asked = [signal.SIGINT, signal.SIGTERM]
    # Its jobs have sessions of their own and do not hear it. Whoever ignores it (nohup) goes on.
    hang_up: signal.Signals | None = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is not signal.SIG_IGN:
        asked.append(hang_up)
    return asked


def _run(begin: Callable[[MainWindow], None], settings: Settings | None) -> int:
    """Opens the window, begins with what was asked for, and stays until the window is closed."""
    ending = Ending()
    try:
        app = make_application()
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    window, problem = make_window(settings)
    show(window)
    begin(window)
    if problem:
        window.notice.say(problem, Kind.ERROR)
    unexpected = Unexpected(window.notice, data_folder())
    ending.close(window)
    # Python hears of signals only while it runs, and Qt's loop may sleep for long.
    pulse = QTimer(app, interval=PULSE_MS)
    pulse.timeout.connect(_breathe)
    pulse.start()
    collector = Collector(app)
    try:
        return app.exec()
    finally:
        collector.close()
        unexpected.close()


def _breathe() -> None:
    """Lets Python look at its signals."""


def make_application() -> QApplication:
    """The one application object, themed.

    Raises:
        UsageError: The Qt bindings cannot be used.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        with NoDisplay():
            app = QApplication(sys.argv[:1])
    app.setApplicationName("tag-reviewer")
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName("tag-reviewer")
    app.setWindowIcon(application_icon())
    apply_theme(app)
    check_bindings(app)
    return app


def check_bindings(app: QApplication) -> None:
    """Refuses Qt bindings that would end the program in the middle of a review.

    PySide6 6.12.0 gives away a reference to `None` at every call without a result. Python before
    3.12 counts those references, and aborts after some thousand calls.

    Raises:
        UsageError: The bindings do that; the text names the remedy.
    """
    calls = 100
    before = sys.getrefcount(None)
    for _ in range(calls):
        app.setQuitOnLastWindowClosed(True)
    if sys.getrefcount(None) <= before - calls // 2:
        raise UsageError(
            f"PySide6 {PySide6.__version__} cannot be used with Python "
            f"{sys.version_info.major}.{sys.version_info.minor}: the window would crash after "
            "some minutes. Install another one: pip install 'pyside6-essentials<6.12'"
        )


def make_window(settings: Settings | None = None) -> tuple[MainWindow, str]:
    """The window with all it needs.

    Returns:
        The window, and what is wrong with the stored settings (empty if nothing).
    """
    problem = ""
    keep: Callable[[Settings], None] = settings_files.save
    if settings is None:
        try:
            settings = settings_files.load()
            # Another window and the terminal may change them meanwhile.
            keep = settings_files.SettingsFile(settings).keep
        except SourceError as error:
            # Settings that cannot be read are left as they are, for the person to mend.
            problem = str(error)
            settings = settings_files.Settings()
            keep = _keep_nothing
    return MainWindow(settings, keep, workspace_for, JobRunner(), usual_sample()), problem


def usual_sample() -> Sample:
    """The sample of the start page, where the command line draws it too."""
    usual = Sample(data_folder())
    return replace(usual, folder=data_folder() / f"sample-{usual.images}-{usual.seed}")


def show(window: MainWindow) -> None:
    """Shows the window as large as it was left, and never larger than the screen."""
    room = window.screen().availableSize()
    if window.settings.maximized or not _fits(window.size(), room):
        window.resize(window.size().boundedTo(room))
        window.showMaximized()
    else:
        window.show()


def _fits(size: QSize, room: QSize) -> bool:
    return size.width() <= room.width() and size.height() <= room.height()


def _keep_nothing(_settings: Settings) -> None:
    """Leaves a file of settings alone that could not be read."""
