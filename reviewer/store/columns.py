"""Arrays that belong together in a folder of their own: a `.npy` file a column, a record beside.

Whoever writes does so inside `disk.replacing`, so that the folder is replaced as a whole.
"""

from __future__ import annotations

import json
import mmap
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from reviewer.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MAPPED_FROM = 1 << 20
"""Bytes of a file from which on mapping it costs less than reading it."""


def read_columns(
    folder: Path, names: Sequence[str], optional: Sequence[str] = (), *, mapped: bool = False
) -> dict[str, NDArray[Any]]:
    """Reads columns by their names.

    Args:
        folder: Where the files are.
        names: Columns that must be there.
        optional: Columns that are left out where there is no file of them.
        mapped: Whether large columns stay on the disk, read-only, until they are looked at.

    Raises:
        FileNotFoundError: One of `names` is not there.
    """
    there = [name for name in optional if (folder / f"{name}.npy").exists()]
    return {name: _read(folder / f"{name}.npy", mapped) for name in (*names, *there)}


def write_columns(folder: Path, holder: object, names: Sequence[str]) -> None:
    """Writes attributes of a value into a new folder; those that are `None` are left out.

    Args:
        folder: It must not be there yet.
        holder: Its attributes of these names are arrays or `None`.
        names: Of the columns.

    Raises:
        OSError: It cannot be written.
    """
    folder.mkdir()
    for name in names:
        column = getattr(holder, name)
        if column is not None:
            np.save(folder / f"{name}.npy", column)


def let_go(column: NDArray[Any]) -> None:
    """Takes what was looked at of a mapped column out of this program's memory.

    The system keeps it as it keeps files that were read, and drops it when it needs the room; but
    as long as it is mapped it counts as in use.
    """
    owner: Any = column
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if sys.platform != "win32" and isinstance(owner, mmap.mmap):
        owner.madvise(mmap.MADV_DONTNEED)


def read_record(path: Path) -> dict[str, Any]:
    """The record in a JSON file; empty if there is none.

    Raises:
        StoreError: The file is damaged.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise StoreError(
            f"{path} is damaged ({error}). Delete it and work it out again."
        ) from error
    return record


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Writes a record as JSON.

    Raises:
        OSError: It cannot be written.
    """
    path.write_text(json.dumps(record), encoding="utf-8")


def _read(path: Path, mapped: bool) -> NDArray[Any]:
    large = mapped and path.stat().st_size > MAPPED_FROM
    # A plain array over the same pages: each slice of one that is mapped costs ten times as much.
    return np.asarray(np.load(path, mmap_mode="r" if large else None))
