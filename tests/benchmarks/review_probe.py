"""One real review window on a virtual screen, driven by real key events, measured from inside.

Run by `bench_review`, in a process of its own, once for each collection and each task:

    python -m tests.benchmarks.review_probe WORKSPACE --task paint --count 300

The last line printed is one JSON object. A key's time runs from its arrival at the window to the
moment after the paint, when the backing store has been sent to the screen.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from reviewer import app as application
from reviewer.settings import Settings
from reviewer.ui.keys.bounce import BOUNCE_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent

    from reviewer.ui.main_window import MainWindow

SETTLE_MS = 1500
NULLS = 60
STALL_S = 20.0
LOOK_S, GLANCE_S = 0.4, 0.1
KEY_S, RUN_S = 0.12, 0.03
"""A key; a step of an arrow that is held down."""
CACHE_FULL = 500
"""Answers after which the decoded pictures fill the memory that is set aside for them."""
EXCEPTION = 12
"""One picture in so many is an exception on a page."""


class Keyboard:
    """Presses real keys through the X server."""

    def __init__(self) -> None:
        """Starts the program that presses."""
        self._process = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)

    def press(self, key: str) -> None:
        """Presses and releases a key; does not wait for it."""
        stream = self._process.stdin
        assert stream is not None
        stream.write(f"key --delay 1 {key}\n")
        stream.flush()

    def focus(self, title: str) -> None:
        """Gives the keyboard to the window of a title."""
        words = ["xdotool", "search", "--sync", "--onlyvisible", "--name", title]
        subprocess.run([*words, "windowfocus", "--sync"], check=True, timeout=30)

    def close(self) -> None:
        """Ends the program."""
        stream = self._process.stdin
        assert stream is not None
        stream.close()
        self._process.wait(10)


class Arrivals(QObject):
    """Notes when key presses arrive."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        super().__init__()
        self.at = 0.0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Sees every event of the application and stops none."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self.at = time.perf_counter()
        return False


class Sent(QObject):
    """Tells when what is being painted now has been sent to the screen.

    One event of the window paints and sends; it is carried out here, with a look at the clock after
    it. An event posted while painting would come after whatever timers are due.
    """

    def __init__(self) -> None:
        """Has told nothing."""
        super().__init__()
        self.at: list[float] = []
        self._asked = False

    def ask(self) -> None:
        """To be called while painting."""
        self._asked = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lets the window paint and send, and notes the time if that was asked for meanwhile."""
        if event.type() != QEvent.Type.UpdateRequest or not isinstance(watched, QWidget):
            return False
        watched.event(event)
        if self._asked:
            self._asked = False
            self.at.append(time.perf_counter())
        return True


class Blank(QWidget):
    """The least that a key press can do: paint one colour."""

    def __init__(self, sent: Sent) -> None:
        super().__init__()
        self.setWindowTitle("null repaint")
        self._sent = sent

    def keyPressEvent(self, _event: QKeyEvent) -> None:
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#202020"))
        painter.end()
        self._sent.ask()


class Probe:
    """Measures one task."""

    def __init__(self, args: argparse.Namespace) -> None:
        """Opens the window on the collection."""
        self.args = args
        self.app = application.make_application()
        self.arrivals = Arrivals()
        self.app.installEventFilter(self.arrivals)
        self.sent = Sent()
        self.app.installEventFilter(self.sent)
        self.keyboard = Keyboard()
        self.took: list[float] = []
        self.result: dict[str, float] = {}

    def run(self) -> dict[str, float]:
        """Carries the task out."""
        self.result["null_p50_ms"], self.result["null_p99_ms"] = self.null_repaint()
        began = time.perf_counter()
        self.window: MainWindow = application.make_window(Settings(refresh_every=0))[0]
        self.window.resize(1280, 800)
        self.window.show()
        self.window.open_collection(Path(self.args.workspace))
        assert self.window.review is not None
        self.review = self.window.review
        self.wait(lambda: self.review.page.view.has_painted)
        self.result["open_s"] = time.perf_counter() - began
        self.keyboard.focus("Tag Reviewer")
        self.pause(SETTLE_MS)
        self.commits: list[float] = []
        self._time_commits()
        getattr(self, self.args.task)()
        self.result["rss_mb"] = memory_mb()
        if self.commits:
            self.result["commit_p99_ms"] = percentile(self.commits, 99)
        self.keyboard.close()
        self.window.close()
        return self.result

    # -- tasks -----------------------------------------------------------------------------------

    def null_repaint(self) -> tuple[float, float]:
        """Milliseconds from a key to a blank window painted: what the machine itself takes."""
        painted = self.sent
        blank = Blank(painted)
        blank.resize(1280, 800)
        blank.show()
        handle = blank.windowHandle()
        self.wait(lambda: handle is not None and handle.isExposed())
        self.keyboard.focus("null repaint")
        self.pause(300)
        took = []
        for _ in range(NULLS):
            count = len(painted.at)
            self.keyboard.press("b")
            self.wait(lambda count=count: len(painted.at) > count)
            took.append((painted.at[-1] - self.arrivals.at) * 1000)
        blank.close()
        return percentile(took, 50), percentile(took, 99)

    def paint(self) -> None:
        """Answers one by one, as soon as the next picture is there and the rest has settled."""
        for _ in range(self.args.count):
            self._answer("a")
            self.pause(self.args.rest)
        self.result["paint_p50_ms"] = percentile(self.took, 50)
        self.result["paint_p99_ms"] = percentile(self.took, 99)

    def rate(self) -> None:
        """Answers at a fixed rate; counts the questions whose picture was not there at once."""
        misses = 0
        view = self.review.page.view
        step = 1.0 / self.args.per_second
        begin = time.perf_counter()
        for number in range(self.args.count):
            self.wait_until(begin + number * step)
            serial = view._serial
            self.keyboard.press("a")
            self.wait(lambda serial=serial: view._serial > serial)
            misses += view._fit is None
            self.wait(lambda: view.has_painted)
        self.result["misses"] = 1000.0 * misses / self.args.count

    def grid(self) -> None:
        """Stores page after page, each when the one before has been looked at for a second."""
        review = self.review
        self.keyboard.press("g")
        self.wait(lambda: review.page.grid.has_painted and bool(review.session.pages.current))
        took, sizes = [], []
        for _ in range(self.args.count):
            self.pause(1000)
            page = review.session.pages.current
            self._heed()
            self.keyboard.press("Return")
            self.wait(
                lambda page=page: (
                    review.session.pages.current is not page
                    and bool(review.session.pages.current)
                    and review.page.grid.has_painted
                )
            )
            took.append((time.perf_counter() - self.arrivals.at) * 1000)
            sizes.append(len(page))
        self.result["grid_page_ms"] = percentile(took, 95)
        self.result["grid_page_size"] = float(np.median(sizes))

    def long(self) -> None:
        """Answers many questions fast; compares memory once the cache is full with the end's."""
        start, full = 0.0, min(CACHE_FULL, self.args.count // 2)
        for number in range(self.args.count):
            self._answer("a" if number % 7 else "x")
            if number == full:
                start = memory_mb()
        self.result["rss_growth"] = memory_mb() / start

    def speed(self) -> None:
        """The same simulated reviewer one by one and in the grid: questions a minute.

        It takes LOOK_S to see one large picture and GLANCE_S for one of many that should all be
        alike, KEY_S for each key, and says No to one picture in EXCEPTION.
        """
        begin = time.perf_counter()
        for number in range(self.args.count):
            self.pause(round((LOOK_S + KEY_S) * 1000))
            self._answer("x" if number % EXCEPTION == 0 else "a")
        single = self.args.count / (time.perf_counter() - begin)
        self.keyboard.press("g")
        review = self.review
        self.wait(lambda: review.page.grid.has_painted and bool(review.session.pages.current))
        begin, stored = time.perf_counter(), 0
        while stored < self.args.count:
            page = review.session.pages.current
            self.pause(round(GLANCE_S * len(page) * 1000))
            at = 0
            for place in range(0, len(page), EXCEPTION):
                for _ in range(place - at):
                    self._key("Right")
                self._key("space")
                at = place
            before = page
            self._heed()
            self._key("Return")
            self.wait(
                lambda before=before: (
                    review.session.pages.current is not before
                    and bool(review.session.pages.current)
                    and review.page.grid.has_painted
                )
            )
            stored += len(page)
        grid = stored / (time.perf_counter() - begin)
        self.result["single_a_minute"] = 60 * single
        self.result["grid_a_minute"] = 60 * grid

    def _heed(self) -> None:
        """Presses once more where a page is presumed otherwise than the one before."""
        page = self.review.session.pages.current
        if page and page.unlike_before:
            self._key("Return")
            self.wait(lambda: not page.unlike_before)
            self.pause(round(KEY_S * 1000))

    def _key(self, name: str) -> None:
        """Presses a key as a person does: it takes a moment, and a held arrow runs on."""
        self.pause(round((RUN_S if name == "Right" else KEY_S) * 1000))
        self.keyboard.press(name)

    # -- parts -----------------------------------------------------------------------------------

    def _answer(self, key: str) -> None:
        view = self.review.page.view
        serial, sent = view._serial, self.sent
        sent.at.clear()
        self.wait(lambda: view._fit is not None)

        def after(shown: int) -> None:
            if shown > serial:
                sent.ask()

        view.painted.connect(after)
        # Nearer to the last press it would be taken for a bouncing switch.
        self.wait_until(self.arrivals.at + (BOUNCE_MS + 5) / 1000)
        self.keyboard.press(key)
        self.wait(lambda: bool(sent.at))
        view.painted.disconnect(after)
        self.took.append((sent.at[0] - self.arrivals.at) * 1000)

    def _time_commits(self) -> None:
        log = self.review.library.decisions
        append = log.append

        def timed(decisions: object) -> object:
            began = time.perf_counter()
            stored = append(decisions)
            self.commits.append((time.perf_counter() - began) * 1000)
            return stored

        self.review.session._steps._log = _Timed(log, timed)

    def wait(self, done: Callable[[], bool]) -> None:
        """Runs the event loop until something is so."""
        end = time.perf_counter() + STALL_S
        while not done():
            if time.perf_counter() > end:
                raise SystemExit("the window did not do what was waited for")
            self.app.processEvents()
            time.sleep(0.0002)

    def wait_until(self, moment: float) -> None:
        """Runs the event loop until a time of `perf_counter`."""
        while time.perf_counter() < moment:
            self.app.processEvents()
            time.sleep(0.0005)

    def pause(self, milliseconds: int) -> None:
        """Runs the event loop for a while."""
        self.wait_until(time.perf_counter() + milliseconds / 1000)


class _Timed:
    """The log with a clock at its door."""

    def __init__(self, log: object, append: Callable[[object], object]) -> None:
        self._log = log
        self.append = append

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


def percentile(values: list[float], share: float) -> float:
    """The value that a share (percent) of the values stay within."""
    return float(np.percentile(values, share))


def memory_mb() -> float:
    """Memory of this process that is resident, MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return int(fields["VmRSS"].split()[0]) / 1024


def main() -> None:
    """Runs one task and prints its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace")
    parser.add_argument("--task", choices=("paint", "rate", "grid", "speed", "long"), required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--per-second", type=float, default=2.0)
    parser.add_argument("--rest", type=int, default=150, help="Milliseconds between answers.")
    result = Probe(parser.parse_args()).run()
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
