"""Jobs for processes that are killed: each opens a workspace and does one thing to its end.

When a process is killed is told in steps, not in seconds: a step is a file that it touches or a
transaction that it begins or ends, and a busy machine takes as many as an idle one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.jobs.context import Silent
from reviewer.jobs.imports import post_import
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans import keeping
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.store.database import Database
from reviewer.store.library import Library

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from reviewer.store.database import Work

TOUCHING = ("open", "os.", "shutil.")
"""How the interpreter's own names of what touches files begin."""


class Steps:
    """Counts the steps of this process.

    Attributes:
        taken: How many there were.
    """

    def __init__(self, reached: Callable[[int], None]) -> None:
        """Counts from now on, to the end of the process.

        Args:
            reached: Hears of every step, by its number.
        """
        self.taken = 0
        self._reached = reached
        sys.addaudithook(lambda event, _: self._touched(event))
        within = Database._in_transaction

        def counted(connection: sqlite3.Connection, work: Work[object]) -> object:
            self._step()
            done = within(connection, work)
            self._step()
            return done

        Database._in_transaction = staticmethod(counted)

    def _touched(self, event: str) -> None:
        if event.startswith(TOUCHING):
            self._step()

    def _step(self) -> None:
        self.taken += 1
        self._reached(self.taken)


def run_counted(job: Callable[[str, str], None], place: str, told: str) -> None:
    """Runs a job on the workspace and the images in a place, and writes how many steps it took."""
    steps = Steps(lambda _: None)
    job(f"{place}/workspace", f"{place}/images")
    taken = steps.taken
    Path(told).write_text(str(taken), encoding="utf-8")


def run_killed(job: Callable[[str, str], None], place: str, steps: int, seconds: float) -> None:
    """Runs a job and kills it so many seconds, which may be 0, after so many steps."""

    def reached(number: int) -> None:
        if number == steps:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    Steps(reached)
    job(f"{place}/workspace", f"{place}/images")


def import_child(workspace: str, folder: str) -> None:
    """Imports a dump, in small transactions."""
    post_import.WRITE_EVERY = 100
    with Library.create(Path(workspace), Path(folder)) as library:
        post_import.import_posts(library, Silent())


def scan_child(workspace: str, folder: str, engine: str = "") -> None:
    """Scans, and writes after every batch."""
    keeping.WRITE_SECONDS = 0.0
    choices = ScanChoices(
        device="cpu", batch_size=4, workers=1, engine=engine, accept_loss=bool(engine)
    )
    with Library.open(Path(workspace), folder=Path(folder)) as library:
        scan(library, Silent(), choices)


def scan_int8_child(workspace: str, folder: str) -> None:
    """Scans in bytes; the network is written, measured and judged first."""
    scan_child(workspace, folder, "int8")


def refresh_child(workspace: str, folder: str) -> None:
    """Fits heads."""
    with Library.open(Path(workspace), folder=Path(folder)) as library:
        refresh(library, Silent(), minimum=5)
