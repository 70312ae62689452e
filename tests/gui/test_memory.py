"""What a sitting holds does not grow with the pictures that it has shown."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

ROUNDS = """
import sys
from reviewer.ui.memory import give_pictures_back

def anonymous_mb():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("RssAnon"))

if sys.argv[1] == "set":
    assert give_pictures_back()
before, small = anonymous_mb(), []
for _ in range(3):
    pictures = []
    for _ in range(20):
        pictures.append(bytearray(b"x") * (3 << 20))
        small.append(bytearray(b"x") * (60 << 10))
    del pictures
print(anonymous_mb() - before)
"""


def held_mb(how: str) -> float:
    """What a process holds after it forgot sixty pictures of 3 MB, and kept 4 MB between them."""
    words = [sys.executable, "-c", ROUNDS, how]
    done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=120)
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what is freed")
def test_pictures_that_are_forgotten_go_back_to_the_system() -> None:
    assert held_mb("set") < 15 < held_mb("as it is")
