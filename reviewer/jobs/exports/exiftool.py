"""An installed exiftool, as the one way to write tags into image files.

Arguments go over standard input, a line each, as UTF-8: no shell sees a file's name or a tag. A
line break in one of them would begin another argument, and is refused.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LISTS = (
    "XMP-dc:Subject",
    "XMP-digiKam:TagsList",
    "XMP-lr:HierarchicalSubject",
    "IPTC:Keywords",
    "IFD0:XPKeywords",
)
"""Places for tags inside image files, as exiftool names them."""

XP_KEYWORDS = "IFD0:XPKeywords"
"""The one that is a text with semicolons, no list."""

_MOST_S = 120
_ALWAYS = ("-charset", "filename=utf8", "-charset", "iptc=utf8")


def find_exiftool() -> str:
    """The program's place.

    Raises:
        UsageError: It is not installed.
    """
    found = shutil.which("exiftool")
    if found is None:
        raise UsageError(
            "Tags inside image files are written by exiftool, which is not installed. Install it "
            "(Debian: libimage-exiftool-perl; others: exiftool.org), or export into a folder: "
            "reviewer export --to DIR"
        )
    return found


def read_lists(program: str, path: Path) -> dict[str, list[str]]:
    """The lists of tags that a file holds, as they are written in it.

    Args:
        program: From `find_exiftool`.
        path: Of the image.

    Returns:
        By the names of `LISTS`; those that the file lacks are left out.

    Raises:
        SourceError: The file cannot be read.
    """
    said = _run(program, ["-json", "-G1", *(f"-{name}" for name in LISTS), str(path)], path)
    try:
        found = json.loads(said)[0]
    except (ValueError, LookupError) as error:
        raise SourceError(f"exiftool says nothing of {path}.") from error
    lists = {}
    for name in LISTS:
        value = found.get(name)
        if value is None:
            continue
        if name == XP_KEYWORDS:
            lists[name] = [part for part in str(value).split(";") if part]
        else:
            # A list of one is told as a text, and one of figures as a number.
            lists[name] = [str(item) for item in (value if isinstance(value, list) else [value])]
    return lists


def write_copy(program: str, path: Path, target: Path, lists: Mapping[str, Sequence[str]]) -> None:
    """Writes a copy of an image with other lists of tags; the image itself is left alone.

    Args:
        program: From `find_exiftool`.
        path: Of the image.
        target: Of the copy.
        lists: What each list is to hold, by the names of `LISTS`.

    Raises:
        SourceError: exiftool does not write this file; the text says why.
        OSError: The copy cannot be made.
    """
    arguments = ["-m", "-codedcharacterset=utf8"] if "IPTC:Keywords" in lists else ["-m"]
    for name, items in lists.items():
        if name == XP_KEYWORDS:
            arguments.append(f"-{name}={';'.join(items)}")
        else:
            arguments += [f"-{name}={item}" for item in items] or [f"-{name}="]
    # Into a copy of our own: exiftool makes none of some kinds that it writes (WebP).
    shutil.copyfile(path, target)
    _run(program, [*arguments, "-overwrite_original", str(target)], path)


def _run(program: str, arguments: Sequence[str], path: Path) -> str:
    if any("\n" in argument or "\r" in argument for argument in arguments):
        # What follows the break would be an option of its own, and some of those run commands.
        raise SourceError(
            f"{path}: a name or a tag with a line break cannot be handed to exiftool."
        )
    lines = "\n".join([*_ALWAYS, *arguments, ""])
    try:
        done = subprocess.run(
            [program, "-@", "-"],
            input=lines.encode(),
            capture_output=True,
            timeout=_MOST_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"exiftool cannot be run on {path} ({error}).") from error
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise SourceError(f"exiftool does not take {path}: {words[0]}")
    return done.stdout.decode("utf-8", "replace")
