"""Writing files so that a crash or a full disk leaves either the old file or the new one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
import sys
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError, StoreFullError
from reviewer.core.patience import patiently

if TYPE_CHECKING:
    from collections.abc import Iterator

_FULL = (errno.ENOSPC, errno.EDQUOT)

_ASIDE = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.(?P<ending>tmp|old)")
"""What `replacing` calls what it writes, and what it is about to remove."""

_SHORT = re.compile(r"\d+ requested and \d+ written")
"""What NumPy says when an array did not fit: it keeps the system's own word to itself."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the operating system says about a write into a sentence.

    Raises:
        StoreFullError: The disk is full.
        StoreError: It cannot be written for another reason.
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StoreFullError(full_disk_sentence(path)) from error
        raise StoreError(f"Cannot write {path}: {error.strerror or error}.{_in_use()}") from error


def _in_use() -> str:
    """What may be the matter on Windows, where a file that somebody has open stays as it is."""
    if os.name != "nt":
        return ""
    return " If another program or a window of this one has it open, close that and try again."


def is_full(error: OSError) -> bool:
    """Whether there was no space left."""
    return error.errno in _FULL or (error.errno is None and bool(_SHORT.search(str(error))))


def full_disk_sentence(path: Path) -> str:
    """What to say when there is no space left for a path."""
    place = next((p for p in (path, *path.parents) if p.exists()), Path("/"))
    free = shutil.disk_usage(place).free // 1024**2
    return (
        f"The disk that holds {path} is full ({free} MB free). Nothing was lost; free some space "
        "and go on."
    )


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary name beside `path`; renames it into place if the block succeeds.

    Raises:
        StoreFullError: The disk is full; `path` is as it was.
        StoreError: It cannot be written; `path` is as it was.
    """
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield aside
            _sync(aside)
            _move_into_place(aside, path)
            _sync_entries(path.parent)
    finally:
        if aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            # What could not be made cannot be removed; the first error is the one to tell.
            with suppress(OSError):
                aside.unlink()


def keep_traits(path: Path, aside: Path) -> None:
    """Gives a file that is to replace another its owner, mode and extended attributes.

    What the system does not let one give (another's file in a shared folder) stays as it is.

    Args:
        path: The file as it is; where there is none, nothing is done.
        aside: What takes its place.
    """
    if not path.exists():
        return
    before = path.stat()
    if sys.platform != "win32":
        with suppress(OSError):
            os.chown(aside, before.st_uid, before.st_gid)
    if sys.platform == "linux":
        for name in os.listxattr(path):
            with suppress(OSError):
                os.setxattr(aside, name, os.getxattr(path, name))
    aside.chmod(stat.S_IMODE(before.st_mode))


def write_whole(path: Path, content: str | bytes) -> None:
    """Writes a file aside and renames it into place; text as UTF-8, its line ends as they are.

    Raises:
        StoreFullError: The disk is full; `path` is as it was.
        StoreError: It cannot be written; `path` is as it was.
    """
    with replacing(path) as aside:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)


def tidy(folder: Path) -> None:
    """Removes what `replacing` has left in a folder when it was killed.

    What was moved away is put back where nothing has taken its place. Nobody else may be writing
    there. What cannot be removed stays: it takes space and does no harm.
    """
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        found = _ASIDE.fullmatch(path.name)
        if found is None:
            continue
        place = folder / found["name"]
        with suppress(OSError):
            if found["ending"] == "old" and not place.exists():
                path.rename(place)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def remove(path: Path) -> None:
    """Removes a file or a folder; of what is in use, where Windows forbids it, nothing goes.

    Raises:
        StoreError: It cannot be removed.
    """
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.old")
    with writing(path):
        patiently(lambda: path.rename(aside))
        shutil.rmtree(aside) if aside.is_dir() else aside.unlink()


def _move_into_place(aside: Path, path: Path) -> None:
    if path.is_dir():
        old = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.old")
        patiently(lambda: path.rename(old))
        try:
            patiently(lambda: aside.rename(path))
        except OSError:
            old.rename(path)
            raise
        shutil.rmtree(old, ignore_errors=True)
    else:
        patiently(lambda: aside.replace(path))


def _sync(path: Path) -> None:
    """Asks for a file, or a folder with all that is in it, to be on disk."""
    if path.is_dir():
        for entry in path.iterdir():
            _sync(entry)
        _sync_entries(path)
    else:
        _sync_one(path)


def _sync_entries(folder: Path) -> None:
    """Asks for the names in a folder to be on disk; what bears them may be millions of files."""
    if os.name != "nt":  # Windows cannot open folders for this
        _sync_one(folder)


def _sync_one(path: Path) -> None:
    # Windows syncs a file through a handle that may write; elsewhere a file may forbid that.
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
