"""A screen in memory and a keyboard: Xvfb, whose pixels are read from its file, and xdotool."""

from __future__ import annotations

import mmap
import os
import random
import shutil
import struct
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

WIDTH, HEIGHT = 1280, 800
PATIENCE_S = 120.0
LOOK_S = 0.01
"""Between two looks for a window."""


class ScreenError(Exception):
    """What was waited for did not come, or a program of the screen failed."""


def missing_programs(*others: str) -> list[str]:
    """Programs that a virtual screen needs and this machine lacks."""
    return [name for name in ("Xvfb", "xdotool", *others) if shutil.which(name) is None]


def wait_for(done: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Looks every millisecond until something is so.

    Raises:
        ScreenError: It was not so in time.
    """
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise ScreenError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.001)


class VirtualScreen:
    """An X server on a free display; its pixels, and one keyboard for all its windows.

    Attributes:
        display: Its name (":7").
    """

    def __init__(self, folder: Path) -> None:
        """Describes a screen whose pixels are kept in `folder`; enter it to start the server."""
        self._folder = folder
        self._stack = ExitStack()
        self.display = ""

    def __enter__(self) -> Self:
        """Starts server and keyboard.

        Raises:
            ScreenError: The server did not come up.
        """
        with ExitStack() as stack:
            self.display = stack.enter_context(_server(self._folder))
            self._keys = stack.enter_context(_ended(self._xdotool("-", stdin=subprocess.PIPE)))
            # The pixels are a file in the format of xwd: a header, colours, then rows of BGRX.
            file = stack.enter_context((self._folder / "Xvfb_screen0").open("rb"))
            self._pixels = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            stack.callback(self._pixels.close)
            header = struct.unpack(">25I", self._pixels[:100])
            self._start, self._row = header[0] + 12 * header[19], header[12]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def environment(self) -> dict[str, str]:
        """The variables with which a program opens its windows here."""
        return {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue (0..255) of what is on screen at a place, counted from the corner."""
        at = self._start + y * self._row + 4 * x
        blue, green, red = self._pixels[at : at + 3]
        return red, green, blue

    def press(self, keys: Sequence[str]) -> None:
        """Presses and releases keys (X's names) one after the other, and does not wait for it."""
        stream = self._keys.stdin
        assert stream is not None
        stream.write("".join(f"key --delay {random.randrange(2, 15)} {key}\n" for key in keys))
        stream.flush()

    def focus(self, title: str) -> None:
        """Waits for the window whose title holds a text, and gives it the keyboard.

        Raises:
            ScreenError: It did not come.
        """
        self._search(title, "windowfocus", "--sync")

    def wait_for_window(self, title: str) -> None:
        """Waits for the window whose title holds a text to be on screen.

        Raises:
            ScreenError: It did not come.
        """
        self._search(title)

    def _search(self, title: str, *then: str) -> None:
        # xdotool's own waiting looks twice a second, too coarse for the time a start takes.
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with _ended(self._xdotool("search", "--onlyvisible", "--name", title, *then)) as search:
                if search.wait(PATIENCE_S) == 0:
                    return
            time.sleep(LOOK_S)
        raise ScreenError(f"no window named {title!r} came up")

    def _xdotool(self, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["xdotool", *words],
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment(),
            text=True,
        )


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Runs a server on a display that it finds free itself; its name."""
    read, write = os.pipe()
    screen = ("-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder))
    with os.fdopen(read, encoding="ascii") as told:
        process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), *screen, "-nolisten", "tcp", "-noreset"],
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with _ended(process):
            number = told.readline().strip()
            if not number:
                raise ScreenError("Xvfb did not start")
            yield f":{number}"


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is gone when the block ends."""
    try:
        yield process
    finally:
        process.kill()
        if process.stdin is not None:
            process.stdin.close()
        process.wait()
