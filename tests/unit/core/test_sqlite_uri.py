from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from reviewer.core.sqlite_uri import sqlite_uri

if TYPE_CHECKING:
    from pathlib import Path, PurePath


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (PurePosixPath("/home/me/a.db"), "file:///home/me/a.db?mode=ro"),
        (PureWindowsPath(r"C:\Users\me\a b.db"), "file:///C:/Users/me/a%20b.db?mode=ro"),
        (PureWindowsPath(r"\\nas\images\a.db"), "file:////nas/images/a.db?mode=ro"),
    ],
)
def test_a_drive_and_a_server_are_part_of_the_path(path: PurePath, uri: str) -> None:
    assert sqlite_uri(path, "ro") == uri


@pytest.mark.parametrize(
    "name", ["a b?c#d%20e", "J\N{LATIN SMALL LETTER U WITH DIAERESIS}rgen", "&x=1"]
)
def test_whatever_a_folder_is_called_the_file_in_it_is_the_one(tmp_path: Path, name: str) -> None:
    place = tmp_path / name / "a.db"
    place.parent.mkdir()
    with closing(sqlite3.connect(sqlite_uri(place, "rwc"), uri=True)) as connection:
        connection.execute("CREATE TABLE t (x)")
    assert place.stat().st_size > 0
    assert list(tmp_path.iterdir()) == [place.parent]
    with (
        closing(sqlite3.connect(sqlite_uri(place, "ro"), uri=True)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("INSERT INTO t VALUES (1)")
