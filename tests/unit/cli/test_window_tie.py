"""Jobs end with the window that started them, also where it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 120.0

JOB = """
import sys, time
from pathlib import Path
from reviewer.cli.frame import stop_calmly
from reviewer.cli.window_tie import end_with_input
stop_calmly()
end_with_input()
try:
    print("up", flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    Path(sys.argv[1]).write_text("closed its files")
"""
DEAF = """
import signal, threading, time
from reviewer.cli.window_tie import end_with_input
signal.signal(signal.SIGTERM, signal.SIG_IGN)
end_with_input(grace_s=0.1)
print("up", flush=True)
time.sleep(600)
"""
WINDOW = """
import subprocess, sys, time
job = subprocess.Popen(
    [sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
job.stdout.readline()
print(job.pid, flush=True)
time.sleep(600)
"""


def wait_for(what: str, seen: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not seen():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def is_running(number: int) -> bool:
    """Whether a process does anything still; one that nobody has waited for is over."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    if Path("/proc/self/stat").exists():
        # Not every Linux has `ps`. The name stands in brackets, and may hold blanks.
        try:
            state = Path(f"/proc/{number}/stat").read_text(errors="replace").rpartition(")")[2]
        except OSError:
            return False
    else:
        words = ["ps", "-o", "stat=", "-p", str(number)]
        state = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_job_of_a_window_that_is_killed_closes_its_files_and_ends(tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    words = [sys.executable, "-c", WINDOW, "-c", JOB, str(said)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        job = int(window.stdout.readline())
        assert is_running(job)
        window.send_signal(signal.SIGKILL)
    wait_for("the job ends", lambda: not is_running(job))
    assert said.read_text() == "closed its files"


@pytest.mark.skipif(os.name == "nt", reason="Windows ends it at once")
def test_a_job_that_does_not_listen_is_ended() -> None:
    words = [sys.executable, "-c", DEAF]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        assert job.stdin is not None
        job.stdout.readline()
        job.stdin.close()
        assert job.wait(PATIENCE_S) == 1
