"""Standard output and standard error that take every tag, whatever the system's encoding is."""

from __future__ import annotations

import io
import sys


def open_streams(*, for_programs: bool) -> None:
    """Lets no character of a tag or a path end a command.

    Windows gives output that goes into a file or to another program the encoding of the country
    ("cp1252"), which has no word for most tags.

    Args:
        for_programs: The output is JSON lines, which are UTF-8. What people read stays in the
            encoding that their terminal expects; what it lacks is written as Python would write it
            (a backslash and a number).
    """
    for stream in (sys.stdout, sys.stderr):
        # A program without a console has none of the two.
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if for_programs:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
        else:
            stream.reconfigure(errors="backslashreplace")
