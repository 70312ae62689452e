"""A path as SQLite wants it where it is told how to open a file (https://sqlite.org/uri.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import PurePath


def sqlite_uri(path: PurePath, mode: str) -> str:
    r"""The name of a database file with how it is opened.

    `PurePath.as_uri` names the server of a file on a network drive (`\\server\share`) where SQLite
    wants no name at all.

    Args:
        path: Absolute.
        mode: "ro", "rw" or "rwc".
    """
    whole = path.as_posix()
    start = "" if whole.startswith("/") else "/"
    return f"file://{start}{quote(whole, safe='/:')}?mode={mode}"
