"""Libraries of the system that Qt needs and a bare Linux lacks: which, and what brings them.

No Qt here: it is what cannot be loaded.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WITHOUT = (
    "Without a window these work: reviewer demo --simulate 500, reviewer open --no-window FOLDER, "
    "and the single steps (import, train, scan, rank, retrain, export, status)."
)
"""What needs no display."""

_LIBRARY = re.compile(r"^(?P<stem>lib[\w.+-]+?)\.so(?:\.(?P<version>\d+))?")
_LDD_S = 20.0
"""Seconds that `ldd` may take: it loads nothing, but a disk may sleep."""


def named_in(text: str) -> str:
    """The library that the system's loader names in a message; empty where it names none.

    Args:
        text: As Python or Qt hand it on (`libEGL.so.1: cannot open shared object file: ...`).
    """
    found = re.search(r"(lib[\w.+-]+\.so[\d.]*): cannot open shared object", text)
    return found[1] if found else ""


def lacking_for(file: Path) -> list[str]:
    """The libraries that a shared object needs and the system does not have, by its loader.

    Args:
        file: The shared object.

    Returns:
        Their names, sorted; none where all are there or the system cannot tell.
    """
    ldd = shutil.which("ldd")
    if ldd is None or not file.is_file():
        return []
    try:
        done = subprocess.run(
            [ldd, str(file)], capture_output=True, text=True, timeout=_LDD_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return sorted(set(re.findall(r"^\s*(\S+) => not found", done.stdout, re.MULTILINE)))


def package_of(library: str) -> str:
    """The package of Debian and Ubuntu that a library is in, by their rule for names.

    Args:
        library: Its file name (`libxcb-cursor.so.0`).
    """
    found = _LIBRARY.match(library)
    if found is None:
        return ""
    stem, version = found["stem"].lower(), found["version"] or ""
    # A figure at the end of the name is kept apart from the version by a hyphen.
    return f"{stem}-{version}" if version and stem[-1].isdigit() else f"{stem}{version}"


def lacking_sentence(libraries: Sequence[str]) -> str:
    """What to do where libraries lack.

    Args:
        libraries: File names; at least one.
    """
    one = len(libraries) == 1
    packages = " ".join(dict.fromkeys(filter(None, map(package_of, libraries))))
    return (
        f"The window needs {'a library' if one else 'libraries'} of the system that "
        f"{'is' if one else 'are'} not installed: {', '.join(libraries)}. On Debian and Ubuntu: "
        f"apt-get install {packages} (elsewhere the package has a similar name)."
    )
