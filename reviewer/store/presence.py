"""Whether a database that is open is still the file under its name.

On Linux and macOS a file that is deleted or moved can be written by whoever holds it open. SQLite
does so without a word where it keeps a write-ahead log, and what it wrote is gone when the last
who holds the file closes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reviewer.core.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Presence:
    """A file as it was when it was opened.

    Attributes:
        path: Its name.
        number: What tells it from another file of that name (`st_ino`), as SQLite itself does.
    """

    path: Path
    number: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """The file that is there now.

        Raises:
            StoreError: None is.
        """
        return cls(path, _number(path))

    def check(self) -> None:
        """Refuses to go on with a file that is not there any more; takes microseconds.

        Raises:
            StoreError: It is gone, or another one is in its place.
        """
        if _number(self.path) != self.number:
            raise StoreError(
                f"{self.path} is another file now than the one that was opened; a program that "
                "synchronises folders may have put it there. Nothing was stored. Close the "
                "collection and open it again."
            )


def _number(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError as error:
        raise StoreError(
            f"{path} is not there any more ({error.strerror}): the collection's own folder was "
            "deleted, moved or renamed, or its drive is gone. Nothing was stored. Put it back "
            "where it was and go on."
        ) from error
