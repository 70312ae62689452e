"""A window in a process of its own, with nothing loaded that the test itself needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

OPENED = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
import reviewer.cli.look, reviewer.cli.main
from reviewer.app import make_application, make_window
from reviewer.settings import Settings

def wait_until(is_so):
    for _ in range(12_000):
        if is_so():
            return
        QTest.qWait(10)
    sys.exit("what must come has not come")

app = make_application()
window, _ = make_window(Settings(reviewer="tester", refresh_every=0))
window.show()
assert window.open_collection(Path(sys.argv[1]))
wait_until(lambda: window.review.controller.showing.ready)
"""
"""Begins a program: a review whose first picture is painted."""


def run_review(program: str, workspace: Path, home: Path, *words: str) -> list[str]:
    """Runs a program behind `OPENED`.

    Args:
        program: Python.
        workspace: The collection, the first of its arguments.
        home: Where settings and data are kept.
        words: More arguments.

    Returns:
        The words that it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OPENED + program, str(workspace), *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"),
            "PATH": "/usr/bin:/bin",
        },
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
