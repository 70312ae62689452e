"""Files of the user that are corrected: what they were beside their text they stay."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import Answer
from reviewer.jobs.context import Silent
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.in_place import LINK, changes_in_place
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.disk import keep_traits
from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.jobs.conftest import answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

linux = pytest.mark.skipif(sys.platform != "linux", reason="extended attributes are asked of Linux")
unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two images with captions, of which both would be corrected."""
    folder = tmp_path / "images"
    for number, name in enumerate("ab"):
        draw(folder / f"{name}.png", number)
        (folder / f"{name}.txt").write_text("cat, hat\n")
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        answer(opened, "a.png", "hat", Answer.NO)
        answer(opened, "b.png", "hat", Answer.NO)
        yield opened


def write(library: Library) -> None:
    write_back.apply(library, Silent(), write_back.plan(library))


@unix
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o444, 0o640])
def test_the_mode_stays_through_a_correction_and_its_undo(library: Library, mode: int) -> None:
    path = library.folder / "a.txt"
    path.chmod(mode)
    write(library)
    assert path.read_text() == "cat\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    write_back.undo(library, Silent())
    assert path.read_text() == "cat, hat\n"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@linux
def test_owner_and_attributes_stay_where_the_system_allows_it(library: Library) -> None:
    path = library.folder / "a.txt"
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    if os.environ.get("WINDOWS_RULES"):
        pytest.skip("Windows has neither")
    with suppress(OSError):
        # An administrator's alone.
        os.chown(path, 1234, 2345)
    owner = (path.stat().st_uid, path.stat().st_gid)
    write(library)
    assert path.read_text() == "cat\n"
    assert os.getxattr(path, "user.note") == b"mine"
    assert (path.stat().st_uid, path.stat().st_gid) == owner


def test_a_new_file_takes_nothing_over(tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.write_text("new")
    before = aside.stat().st_mode
    keep_traits(tmp_path / "nothing there", aside)
    assert aside.stat().st_mode == before


def test_a_link_is_left_alone_and_what_it_leads_to(library: Library, tmp_path: Path) -> None:
    path, elsewhere = library.folder / "a.txt", tmp_path / "elsewhere.txt"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    found = changes_in_place(library)
    assert found.left_out == [("a.png", f"a.txt: {LINK}")]
    assert [change.edit.path.name for change in found.changes] == ["b.txt"]
    write(library)
    assert path.is_symlink()
    assert elsewhere.read_text() == "cat, hat\n"
    assert (library.folder / "b.txt").read_text() == "cat\n"


def test_a_file_that_became_a_link_since_the_diff_is_not_replaced(
    library: Library, tmp_path: Path
) -> None:
    edits = write_back.plan(library)
    path, elsewhere = library.folder / "a.txt", tmp_path / "elsewhere.txt"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(UsageError, match=r"a\.txt was changed by another program"):
        write_back.apply(library, Silent(), edits)
    assert (library.folder / "b.txt").read_text() == "cat, hat\n"


def test_an_undo_follows_no_link(library: Library, tmp_path: Path) -> None:
    write(library)
    path, elsewhere = library.folder / "a.txt", tmp_path / "elsewhere.txt"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert write_back.undo(library, Silent()).summary == {"restored": 1, "left_alone": 1}
    assert path.is_symlink()
    assert elsewhere.read_text() == "cat\n"


# -- the table ------------------------------------------------------------------------------------


@pytest.fixture
def tabled(tmp_path: Path) -> Iterator[Library]:
    """Two images with a table whose columns stand in another order, one row on two lines."""
    folder = tmp_path / "images"
    for number, name in enumerate(("a.png", "b.png")):
        draw(folder / name, number)
    (folder / "tags.csv").write_bytes(
        b'note,rating,tags,relative_path\r\n"two\r\nlines",s,cat hat,.\\a.png\r\n,q,hat,b.png\r\n'
    )
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        yield opened


def test_columns_may_stand_in_any_order_and_rows_on_several_lines(tabled: Library) -> None:
    answer(tabled, "a.png", "hat", Answer.NO)
    answer(tabled, "a.png", "bow", Answer.YES)
    write(tabled)
    assert (tabled.folder / "tags.csv").read_bytes() == (
        b'note,rating,tags,relative_path\r\n"two\r\nlines",s,cat bow,.\\a.png\r\n,q,hat,b.png\r\n'
    )
    summary = import_folder(tabled, Silent()).summary
    assert (summary["changed"], summary["tag_instances"]) == (1, 3)


def test_a_tag_that_a_table_cannot_hold_is_left_out_with_the_reason(tabled: Library) -> None:
    answer(tabled, "a.png", "two words", Answer.YES)
    answer(tabled, "b.png", "bow", Answer.YES)
    found = changes_in_place(tabled)
    ((image, reason),) = found.left_out
    assert image == "a.png"
    assert "would not hold the tags" in reason
    ((change),) = found.changes
    assert [entry.image.path for entry in change.images] == ["b.png"]
    assert b"two words" not in change.edit.after


def test_a_table_that_lost_its_columns_is_named(tabled: Library) -> None:
    answer(tabled, "a.png", "hat", Answer.NO)
    (tabled.folder / "tags.csv").write_text("path;tags\n")
    with pytest.raises(SourceError, match="no columns relative_path and tags any more"):
        changes_in_place(tabled)
