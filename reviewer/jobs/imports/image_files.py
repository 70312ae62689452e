"""The image files of a folder as they are now; one that is unchanged is not read again."""

from __future__ import annotations

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.pictures import PictureFacts, look, open_picture

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reviewer.store.images import KnownFile

THREADS = 4
"""Reading and hashing release the interpreter lock; more only helps slow disks."""


LARGEST = 2_200_000_000
"""Bytes; no picture of the pixels that are opened (`pictures.PIXEL_LIMIT`) has more in any format.
A larger file is not read into memory to be told so."""

AT_ONCE = 16
"""Files that a thread looks at before it is given others: a file that is unchanged takes less time
than to hand it to a thread."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file as it is now.

    Attributes:
        name: Relative to the collection's folder, with forward slashes.
        size: Bytes.
        sha256: Of the whole file, 32 bytes; of its name where it cannot be read.
        facts: What its header tells.
    """

    name: str
    size: int
    mtime_ns: int
    sha256: bytes
    facts: PictureFacts


def examined(images: Mapping[str, Path], known: Mapping[str, KnownFile]) -> Iterator[ImageFile]:
    """Every file as it is now.

    Args:
        images: Paths by name.
        known: As the last import saw them, by name.
    """

    def examine(entry: tuple[str, Path]) -> ImageFile:
        name, path = entry
        before = known.get(name)
        try:
            status = path.stat()
            if problem := _no_picture(status):
                return _unread(name, problem)
            unchanged = before is not None and (
                (status.st_size, status.st_mtime_ns) == (before.size, before.mtime_ns)
            )
            if before is not None and unchanged:
                facts = PictureFacts(before.width, before.height)
                if before.problem:
                    facts = _look_again(path, path.read_bytes())
                return ImageFile(name, before.size, before.mtime_ns, before.sha256, facts)
            content = path.read_bytes()
        except OSError as error:
            return _unread(name, f"it cannot be read: {error.strerror or error}")
        digest = hashlib.sha256(content).digest()
        # What was set aside while the files were read for the first time stays so if it is broken.
        again = before is not None and bool(before.problem)
        facts = _look_again(path, content) if again else look(content)
        return ImageFile(name, len(content), status.st_mtime_ns, digest, facts)

    def examine_some(entries: list[tuple[str, Path]]) -> list[ImageFile]:
        return [examine(entry) for entry in entries]

    with ThreadPoolExecutor(THREADS) as pool:
        entries = iter(images.items())
        while lots := [lot for _ in range(THREADS) if (lot := list(islice(entries, AT_ONCE)))]:
            for files in pool.map(examine_some, lots):
                yield from files


def _no_picture(status: os.stat_result) -> str:
    """Why a file is not even opened; empty if it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no file but a pipe or a device"
    if status.st_size > LARGEST:
        return f"its {status.st_size:,} bytes are more than a picture has"
    return ""


def _unread(name: str, problem: str) -> ImageFile:
    facts = PictureFacts(problem=problem)
    return ImageFile(name, 0, 0, hashlib.sha256(name.encode()).digest(), facts)


def _look_again(path: Path, content: bytes) -> PictureFacts:
    """Decodes an image that was set aside: its disk may only have been away for a while."""
    facts = look(content)
    if facts.problem:
        return facts
    try:
        open_picture(path)
    except SourceError as error:
        return replace(facts, problem=str(error))
    return facts
