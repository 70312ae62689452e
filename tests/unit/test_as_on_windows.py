"""The program where files are refused as Windows refuses them, and much of `os` is not there.

Nobody's Windows is at hand: what can be told from outside is made so (`tests/windows_rules.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the rules read /proc")

PROBE = """
import os, sys
from pathlib import Path

from tests import windows_rules

windows_rules.install()
PLACE = Path(sys.argv[1])
(PLACE / "file").write_bytes(b"1" * 8192)
(PLACE / "folder").mkdir()
(PLACE / "folder" / "inner").write_bytes(b"1" * 8192)
(PLACE / "other").touch()
code = compile(sys.argv[2], f"{windows_rules.ROOT}/reviewer/asks.py", "exec")
names = {"PLACE": PLACE, "Path": Path, "__file__": code.co_filename, "__name__": "reviewer.asks"}
try:
    exec(code, names)
except (OSError, ImportError, AttributeError) as error:
    print(type(error).__name__, error)
else:
    print("done")
"""
OPEN = "held = open(PLACE / 'folder' / 'inner', 'rb'); "
MAPPED = "import mmap; f = open(PLACE / 'file', 'r+b'); m = mmap.mmap(f.fileno(), 0); f.close(); "


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (OPEN + "(PLACE / 'folder' / 'inner').unlink()", "PermissionError"),
        (OPEN + "(PLACE / 'other').replace(PLACE / 'folder' / 'inner')", "PermissionError"),
        (OPEN + "(PLACE / 'folder').rename(PLACE / 'elsewhere')", "PermissionError"),
        (OPEN + "held.close(); (PLACE / 'folder').rename(PLACE / 'elsewhere')", "done"),
        (MAPPED + "(PLACE / 'file').unlink()", "PermissionError"),
        (MAPPED + "import os; os.truncate(PLACE / 'file', 5)", "OSError"),
        (MAPPED + "m.close(); (PLACE / 'file').unlink()", "done"),
        ("(PLACE / 'file').rename(PLACE / 'other')", "FileExistsError"),
        ("(PLACE / 'file').replace(PLACE / 'other')", "done"),
        ("import os; os.open(PLACE, os.O_RDONLY)", "PermissionError"),
        ("import os; os.fsync(os.open(PLACE / 'file', os.O_RDONLY))", "OSError"),
        ("import os; os.fsync(os.open(PLACE / 'file', os.O_RDWR))", "done"),
        ("(PLACE / 're:zero.txt').write_bytes(b'')", "OSError"),
        ("(PLACE / 'aux.txt').write_bytes(b'')", "OSError"),
        ("(PLACE / 'file').read_text()", "OSError"),
        ("import fcntl", "ModuleNotFoundError"),
        ("import os; os.nice(1)", "AttributeError"),
        ("import sys; assert sys.platform == 'win32'", "done"),
    ],
)
def test_the_rules_refuse_what_windows_refuses(tmp_path: Path, asked: str, answer: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, tmp_path, asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[0] == answer


TIED = """
import time

from tests import windows_rules

windows_rules.install()

from reviewer.cli.frame import stop_calmly
from reviewer.cli.window_tie import end_with_input

stop_calmly()
end_with_input()
try:
    print("up", flush=True)
    while True:
        time.sleep(0.01)
except KeyboardInterrupt:
    print("closed its files")
"""


def test_a_job_ends_with_its_window_where_no_signal_reaches_it() -> None:
    """Windows has no request to end for programs without a window: the end of the input is one."""
    with subprocess.Popen(
        [sys.executable, "-c", TIED],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as job:
        assert job.stdin is not None
        assert job.stdout is not None
        assert job.stdout.readline() == "up\n"
        assert job.poll() is None
        job.stdin.close()
        assert job.stdout.read() == "closed its files\n"


def test_a_whole_way_through_the_program(tmp_path: Path) -> None:
    """With a window beside it that holds what it looks at, and a name that is no ASCII."""
    folder = tmp_path / "J\N{LATIN SMALL LETTER U WITH DIAERESIS}rgen" / "my images"
    words = ["-m", "tests.windows_rules", "-m", "tests.unit.windows_sitting", str(folder)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    told = json.loads(done.stdout.splitlines()[-1])
    refused = told.pop("refused")
    assert told == {"changed": True, "as_before": True, "freed": True}
    # Only what the window looked at stayed, until it was closed: its questions and its scan.
    seen = ("cannot move ", "cannot delete "), ("/scans/v1:", "/rankings/1/")
    assert [line for line in refused if not all(any(map(line.count, some)) for some in seen)] == []
