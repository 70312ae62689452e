"""The folder that holds all we know of one collection; never the folder of the images itself.

<workspace>/
collection.db     images, tags, decisions, versions, states
backups/          copies of the database, made before a migration
versions/         one folder a tagger version
scans/            one folder a version: embeddings and scores of every image
engines/          one folder a version: its network in other forms, for faster scans
rankings/         the ranked questions
audits/           what the random samples were drawn from
figures/          what jobs counted for the window's pages
choices/          questions with several tags to choose from, a folder a kind
proposals.json    of a collection of new images: which tags may be proposed, from which score on
cache/            can be deleted at any time
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from filelock import FileLock, Timeout

from reviewer.core.errors import SourceError, StoreBusyError, StoreError
from reviewer.store.disk import tidy, writing
from reviewer.store.moved import moved_collection

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "tag-reviewer"
DATABASE = "collection.db"
LONGEST_STEM = 80
"""Letters of a folder's name in that of its workspace: Windows takes 260 for a whole path."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The places inside a workspace folder."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / DATABASE

    @property
    def backups(self) -> Path:
        """Copies of the database."""
        return self.path / "backups"

    @property
    def versions(self) -> Path:
        """Tagger versions, a folder each."""
        return self.path / "versions"

    @property
    def scans(self) -> Path:
        """Scan results, a folder a version."""
        return self.path / "scans"

    @property
    def engines(self) -> Path:
        """Networks in other forms, a folder a version."""
        return self.path / "engines"

    @property
    def rankings(self) -> Path:
        """Ranked questions."""
        return self.path / "rankings"

    @property
    def audits(self) -> Path:
        """Frames of random samples."""
        return self.path / "audits"

    @property
    def choices(self) -> Path:
        """Questions with several tags to choose from."""
        return self.path / "choices"

    @property
    def implied(self) -> Path:
        """Tags that others imply and that are missing."""
        return self.path / "implied"

    @property
    def figures(self) -> Path:
        """What jobs counted, for the pages of the window."""
        return self.path / "figures"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.path / "cache"

    def create(self) -> None:
        """Makes the folder.

        Raises:
            StoreError: It cannot be made; the text says why.
        """
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self, purpose: str) -> Iterator[None]:
        """Holds the workspace for a purpose ("review", "jobs", "write-back") until the block ends.

        The lock belongs to the process: it is gone when the process dies, however it dies. Who
        holds it for jobs finds nothing that a killed job had only begun to write.

        Raises:
            StoreBusyError: Another program holds it for that purpose.
            StoreError: The lock file cannot be written.
        """
        lock = FileLock(self.path / f"{purpose}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            doing = {
                "review": "open in another window",
                "jobs": "being worked on by another job (import, train, scan or rank)",
                "write-back": "being exported or written back by another program",
            }.get(purpose, f"in use ({purpose})")
            raise StoreBusyError(
                f"This collection is {doing}. Close that first, or wait until it is done. "
                f"({self.path})"
            ) from None
        except OSError as error:
            raise StoreError(f"Cannot write in the workspace {self.path}: {error}") from error
        try:
            if purpose == "jobs":
                self._tidy()
            yield
        finally:
            lock.release()

    def _tidy(self) -> None:
        """Removes what a job that was killed has left where jobs alone write."""
        for place in (self.scans, self.versions, self.rankings, self.engines):
            tidy(place)
        for place in (*self.scans.glob("*/"), *self.engines.glob("*/")):
            tidy(place)


def data_folder() -> Path:
    """Where workspaces are kept unless one is chosen."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def workspace_for(folder: Path, chosen: Path | None = None) -> Path:
    """The workspace folder of an image folder.

    Where there is none yet, and the images are those of a collection whose own folder is gone,
    they were moved: it is that collection's workspace, which notes where they are now.

    Args:
        folder: Where the images are.
        chosen: The user's own choice, taken as it is.

    Raises:
        SourceError: The image folder does not exist.
        StoreError: That the images were moved cannot be written down.
    """
    if chosen is not None:
        return chosen.expanduser().absolute()
    resolved = folder.expanduser().resolve()
    if not resolved.is_dir():
        raise SourceError(f"There is no folder {folder}. Name the folder that holds the images.")
    digest = hashlib.sha256(str(resolved).encode()).hexdigest()[:8]
    stem = re.sub(r"[^\w.-]+", "-", resolved.name)[:LONGEST_STEM].strip("-") or "collection"
    usual = data_folder() / "collections" / f"{stem}-{digest}"
    if Workspace(usual).database.exists():
        return usual
    others = sorted((data_folder() / "collections").glob(f"*/{DATABASE}"))
    moved = moved_collection(resolved, others)
    return usual if moved is None else moved.parent
