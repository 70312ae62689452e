"""Writes that are cut off: what a kill leaves of a file that was being lengthened."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from reviewer.store.recordfiles import RecordFiles


class Killed(BaseException):
    """Stands for a SIGKILL: nothing in the program catches it."""


@contextmanager
def killed_while_writing(
    kind: type[RecordFiles], number: int, draw: random.Random
) -> Iterator[None]:
    """Ends the block in the middle of a write, or not at all where there are fewer.

    Args:
        kind: The files, by their class.
        number: Of the write that is cut off, from 1.
        draw: How much of it reaches the disk.
    """
    left = number

    def extend(self: RecordFiles, name: str, content: bytes) -> None:
        nonlocal left
        left -= 1
        part = content if left else content[: draw.randrange(len(content) + 1)]
        with (self.folder / name).open("ab") as file:
            file.write(part)
        if not left:
            raise Killed

    with pytest.MonkeyPatch.context() as patch, suppress(Killed):
        patch.setattr(kind, "_extend", extend)
        yield
