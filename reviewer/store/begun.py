"""Which long job a window began on a collection and has not seen the end of.

A job that is killed with its window or with the machine cannot say so. What it leaves is this note.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.store.columns import read_record, write_record
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from reviewer.store.workspace import Workspace

NAME = "begun.json"


@dataclass(frozen=True, slots=True)
class Begun:
    """A job.

    Attributes:
        title: For people.
        command: The words of the program's own command.
    """

    title: str
    command: tuple[str, ...]


class BegunFile:
    """The note in a workspace; there is one at a time, as there is one such job."""

    def __init__(self, workspace: Workspace) -> None:
        """Reads and writes in a workspace."""
        self._workspace = workspace
        self._path = workspace.path / NAME

    def note(self, job: Begun) -> None:
        """Notes that a job is begun.

        Raises:
            StoreError: It cannot be written.
        """
        with replacing(self._path) as aside:
            write_record(aside, asdict(job))

    def end(self) -> None:
        """Notes that it has ended, however it did."""
        with suppress(OSError):
            self._path.unlink()

    def take(self) -> Begun | None:
        """The job that was cut off, once; `None` if there is none, or it is still at work."""
        if not self._path.exists():
            return None
        try:
            with self._workspace.held("jobs"):
                found = read_record(self._path)
                self.end()
        except StoreError:
            # At work still, in a workspace that cannot be written, or no note of ours.
            return None
        if not found:
            return None
        return Begun(str(found["title"]), tuple(map(str, found["command"])))
