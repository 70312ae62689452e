from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reviewer.cli.priority import GROUP_NICENESS, NICENESS

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="priorities are those of Linux"
)

PATIENCE_S = 60.0
GROUP = Path("/proc/self/autogroup")
CHILD = """
import os
from pathlib import Path
from reviewer.cli.priority import lower_priority
lower_priority()
print(os.nice(0), os.getsid(0) == os.getpid())
group = Path("/proc/self/autogroup")
print(group.read_text() if group.exists() else "")
"""


def said_by_a_child(stdin: int) -> tuple[int, bool, str]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], stdin=stdin, capture_output=True, text=True, check=True
    )
    first, group, *_ = [*done.stdout.splitlines(), ""]
    niceness, own = first.split()
    return int(niceness), own == "True", group


def test_a_job_of_the_window_goes_last() -> None:
    niceness, own, _ = said_by_a_child(subprocess.DEVNULL)
    assert niceness == min(os.nice(0) + NICENESS, 19)
    assert own == os.access(GROUP, os.W_OK)


@pytest.mark.skipif(not os.access(GROUP, os.W_OK), reason="this kernel has no groups by session")
def test_a_job_of_the_window_has_a_group_of_its_own_that_goes_last() -> None:
    ours = GROUP.read_text(encoding="ascii")
    if not ours:
        pytest.skip("other groups are in force here")
    # The kernel takes one such wish in a tenth of a second, from whichever process.
    end = time.monotonic() + PATIENCE_S
    while not (group := said_by_a_child(subprocess.DEVNULL)[2]).endswith(f"nice {GROUP_NICENESS}"):
        assert time.monotonic() < end, group
    assert group.split()[0] != ours.split()[0]


def test_a_job_at_a_terminal_stays_where_ctrl_c_reaches_it() -> None:
    ours, theirs = os.openpty()
    try:
        niceness, own, _ = said_by_a_child(theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert niceness == min(os.nice(0) + NICENESS, 19)
    assert not own
