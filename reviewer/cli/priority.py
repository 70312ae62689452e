"""How a long job lets the window go first."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

NICENESS = 10
"""Of a job among the threads of its own group."""

GROUP_NICENESS = "10"
"""Of a job's group among the others: beside one that wants it all it gets a tenth of the time."""

_GROUP = Path("/proc/self/autogroup")
"""See sched(7) of Linux, "The autogroup feature"."""


def lower_priority() -> None:
    """Lets the window and other programs go first.

    Linux shares a processor out among sessions first, and the window's job is of the window's
    session. While it computes there, what the kernel itself has to do for an answer to reach the
    disk waited for the clock's next tick or two, 4 ms each (measured: 3.5 to 7.6 ms, and .2 at most
    with the job in a group of its own).
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform.startswith("linux") and not _at_a_terminal():
        # Where the kernel has no such groups, or another program leads them, nothing is lost.
        with suppress(OSError):
            handle = os.open(_GROUP, os.O_WRONLY)
            try:
                os.setsid()
            finally:
                os.close(handle)
            _GROUP.write_text(GROUP_NICENESS, encoding="ascii")


def _at_a_terminal() -> bool:
    """Whether Ctrl+C must reach this process: a terminal sends it to its own session alone."""
    return any(os.isatty(number) for number in range(3))
