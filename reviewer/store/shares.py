"""Whether a folder is on another machine, where SQLite's write-ahead log cannot be relied on.

The log's index is memory that all who use the database share, which machines cannot; and locks over
a network are only as good as the server (https://sqlite.org/wal.html, https://sqlite.org/useovernet.html).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SHARED = frozenset(
    {"9p", "afs", "ceph", "cifs", "davfs", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4"}
    | {"ocfs2", "orangefs", "prl_fs", "smb3", "smbfs", "vboxsf", "vmhgfs"}
)
"""Types of file systems on Linux whose files are another machine's, that of a host among them."""

SHARED_BY_FUSE = frozenset(
    {"sshfs", "rclone", "davfs2", "glusterfs", "s3fs", "gcsfuse", "gvfsd-fuse", "vmhgfs-fuse"}
    | {"smbnetfs", "curlftpfs", "kio-fuse", "google-drive-ocamlfuse"}
)
"""Programs that bring such files through FUSE."""

MOUNTS = Path("/proc/self/mountinfo")
"""See proc_pid_mountinfo(5) of Linux."""

DRIVE_REMOTE = 4
"""What Windows' GetDriveTypeW says of a network drive."""


def share_kind(folder: Path) -> str:
    """What kind of network share a folder is on ("nfs4"); empty where it is on none, or unknown."""
    place = folder.resolve()
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of no use elsewhere

        is_remote = ctypes.windll.kernel32.GetDriveTypeW(place.anchor) == DRIVE_REMOTE
        kind = "a network drive" if is_remote else ""
    else:
        kind = shared_type(_mounts(), place)
    return kind


def shared_type(mounts: str, place: Path) -> str:
    """The type of the file system that holds a place, if it is one of a network share.

    Args:
        mounts: The lines of `MOUNTS`: a mount's number, parent, device, root, place, options and
            more up to a dash, then type, source and options.
        place: Absolute, without links.
    """
    found, depth = "", -1
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if not dash or len(fields) < 5:
            continue
        mount = Path(_plain(fields[4]))
        # What is mounted later over the same place hides what was there.
        if place.is_relative_to(mount) and len(mount.parts) >= depth:
            found, depth = kinds[0], len(mount.parts)
    program = found.removeprefix("fuse.")
    return found if found in SHARED or (program != found and program in SHARED_BY_FUSE) else ""


def share_sentence(place: Path, kind: str) -> str:
    """What to say of a workspace there."""
    return (
        f"The workspace {place} is on a network share ({kind}). Answers may be lost or the "
        "database damaged there if the connection breaks or two machines open it at once. Keep "
        "it on a disk of this machine with --workspace; the images may stay where they are."
    )


def _plain(field: str) -> str:
    """A field without the escapes that stand for spaces, tabs, line breaks and backslashes."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)


def _mounts() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        # A Mac, or another system that has no such file.
        return ""
