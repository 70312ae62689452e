"""Workspaces on network shares are known as such, and said once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reviewer.store import shares
from reviewer.store.news import news
from reviewer.store.shares import share_kind, shared_type

if TYPE_CHECKING:
    from reviewer.store.library import Library

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
31 22 0:27 / /mnt/nas rw,relatime shared:15 - nfs4 nas:/pictures rw,vers=4.2
32 22 0:28 / /mnt/my\\040share rw - cifs //nas/a\\040b rw,vers=3.1.1
33 31 254:16 / /mnt/nas/local rw - ext4 /dev/vdb rw
34 22 0:29 / /home/me/far rw - fuse.sshfs me@far: rw
35 22 0:30 / /home/me/vault rw - fuse.gocryptfs /home/me/.vault rw
36 22 0:31 / /mnt/later rw - ext4 /dev/vdc rw
37 22 0:32 / /mnt/later rw - nfs nas:/later rw
no mount at all
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/me/pictures", ""),
        ("/mnt/nas/booru", "nfs4"),
        ("/mnt/nasty", ""),
        ("/mnt/my share", "cifs"),
        ("/mnt/nas/local/x", ""),
        ("/home/me/far/x/y", "fuse.sshfs"),
        ("/home/me/vault/x", ""),
        ("/mnt/later/x", "nfs"),
    ],
)
def test_a_place_has_the_type_of_the_mount_it_is_in(place: str, kind: str) -> None:
    assert shared_type(MOUNTS, Path(place)) == kind


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux's list of mounts")
def test_a_workspace_on_a_share_is_told_once(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    here = str(tmp_path).replace(" ", "\\040")
    mounts.write_text(f"22 1 0:1 / / rw - ext4 a rw\n31 22 0:27 / {here} rw - nfs4 nas:/ rw\n")
    monkeypatch.setattr(shares, "MOUNTS", mounts)
    (said,) = news(library)
    assert f"{library.workspace.path} is on a network share (nfs4)" in said
    assert "--workspace" in said
    assert news(library) == []


def test_this_machine_has_its_own_disks_or_says_which_it_shares(tmp_path: Path) -> None:
    kind = share_kind(tmp_path).removeprefix("fuse.")
    assert kind in {"", "a network drive"} | shares.SHARED | shares.SHARED_BY_FUSE


def test_where_mounts_cannot_be_read_nothing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOUNTS", tmp_path / "none")
    assert share_kind(tmp_path) == "" or sys.platform == "win32"
