"""The one face of the store: everything that is known of a collection."""

from __future__ import annotations

import datetime as dt
import shlex
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from reviewer.core.errors import UsageError
from reviewer.store.aids import ReviewAids
from reviewer.store.audits import AuditTable
from reviewer.store.backups import daily_copy
from reviewer.store.choices import ChoiceFiles
from reviewer.store.controls import ControlTable
from reviewer.store.copies import CopyTable
from reviewer.store.crossfits import CrossfitFiles
from reviewer.store.database import Database
from reviewer.store.decisions import DecisionTable, FlagTable
from reviewer.store.destinations import DestinationTable
from reviewer.store.faces import FaceTable
from reviewer.store.facts import ImageFacts
from reviewer.store.heatmaps import HeatmapFiles
from reviewer.store.history import HistoryTable
from reviewer.store.images import ImageTable
from reviewer.store.implied import ImpliedFiles
from reviewer.store.merges import MergeTable
from reviewer.store.moved import holds_images, same_place, take_move, was_before
from reviewer.store.outbox import OutboxTable
from reviewer.store.previews import PreviewFiles
from reviewer.store.proposals import ProposalFile
from reviewer.store.rankings import RankingFiles
from reviewer.store.reviewers import ReviewerTable
from reviewer.store.scans import ScanFiles, ScanShape
from reviewer.store.schema import migrate
from reviewer.store.tags import TagTable
from reviewer.store.typical import TypicalFiles
from reviewer.store.versions import StateTable, VersionTable
from reviewer.store.vetted import VettedTable
from reviewer.store.whole_fits import WholeFitFiles
from reviewer.store.workspace import Workspace

if TYPE_CHECKING:
    from reviewer.core.tags.vocabulary import Vocabulary


@dataclass(frozen=True)
class Library:
    """One collection, open. Close it, or use it as a context manager.

    Attributes:
        workspace: Where it is kept.
        folder: Where its images are.
    """

    workspace: Workspace
    folder: Path
    images: ImageTable
    facts: ImageFacts
    faces: FaceTable
    tags: TagTable
    decisions: DecisionTable
    flags: FlagTable
    reviewers: ReviewerTable
    merges: MergeTable
    vetted: VettedTable
    copies: CopyTable
    versions: VersionTable
    rankings: RankingFiles
    controls: ControlTable
    history: HistoryTable
    audits: AuditTable
    state: StateTable
    aids: ReviewAids
    destinations: DestinationTable
    outbox: OutboxTable
    _open: ExitStack

    @classmethod
    def create(cls, workspace: Path, folder: Path) -> Library:
        """Opens the collection of an image folder, and begins it if it is new.

        Raises:
            UsageError: The workspace belongs to another folder of images.
            StoreError: It cannot be made or opened.
        """
        Workspace(workspace).create()
        migrate(Workspace(workspace).database, Workspace(workspace).backups)
        library = cls.open(workspace, folder=folder)
        if not library.state.get("folder"):
            library.state.set("folder", str(folder.resolve()))
        return library

    @classmethod
    def open(cls, workspace: Path, *, folder: Path | None = None) -> Library:
        """Opens a collection.

        Args:
            workspace: Its folder.
            folder: Where its images are now, if they were moved; `None` for where they were.

        Raises:
            UsageError: There is no collection there, or it is that of another folder.
            NewerStoreError: It was written by a newer version of the program.
            StoreError: It cannot be opened.
        """
        place = Workspace(workspace)
        if not place.database.exists():
            raise UsageError(_nothing_there(workspace, folder))
        migrate(place.database, place.backups)
        with ExitStack() as stack:
            database = Database(place.database)
            stack.callback(database.close)
            state = StateTable(database)
            root = _folder(state.get("folder"), folder, place)
            return cls(
                workspace=place,
                folder=root,
                images=ImageTable(database, root),
                facts=ImageFacts(database),
                faces=FaceTable(database),
                tags=TagTable(database),
                decisions=DecisionTable(database),
                flags=FlagTable(database),
                reviewers=ReviewerTable(database),
                merges=MergeTable(database),
                vetted=VettedTable(database),
                copies=CopyTable(database),
                audits=AuditTable(database, place.audits),
                versions=VersionTable(database),
                rankings=RankingFiles(place.rankings),
                controls=ControlTable(database),
                history=HistoryTable(database),
                state=state,
                aids=ReviewAids.of(database),
                destinations=DestinationTable(database),
                outbox=OutboxTable(database),
                _open=stack.pop_all(),
            )

    @property
    def name(self) -> str:
        """What to call the collection."""
        return self.folder.name or str(self.folder)

    def vocabulary(self) -> Vocabulary:
        """Tags, aliases and implications."""
        return self.tags.vocabulary()

    def scan(self, version: str) -> ScanFiles | None:
        """The scan of a version; `None` if it has not begun."""
        return ScanFiles.open(self.workspace.scans / version)

    def begin_scan(self, shape: ScanShape) -> ScanFiles:
        """The scan of a version, ready to be appended to.

        Raises:
            StoreError: It cannot be written.
        """
        return ScanFiles.create(self.workspace.scans / shape.version, shape)

    def crossfit(self, version: str) -> CrossfitFiles:
        """The out-of-sample scores on a version's embeddings."""
        return CrossfitFiles(self.workspace.scans / version / "crossfit")

    def whole_fit(self, version: str) -> WholeFitFiles:
        """What networks trained like a version say of images that they never saw."""
        return WholeFitFiles(self.workspace.scans / version / "whole")

    def typical(self, version: str) -> TypicalFiles:
        """Images that a version takes for typical of each tag."""
        return TypicalFiles(self.workspace.scans / version / "typical")

    def choices(self, kind: str) -> ChoiceFiles:
        """The questions of a kind that offer several tags."""
        return ChoiceFiles(self.workspace.choices / kind)

    @property
    def implied(self) -> ImpliedFiles:
        """Tags that others imply and that are missing."""
        return ImpliedFiles(self.workspace.implied)

    @property
    def proposals(self) -> ProposalFile:
        """What is proposed to a collection of new images."""
        return ProposalFile(self.workspace.path / "proposals.json")

    @property
    def previews(self) -> PreviewFiles:
        """Small copies of large originals."""
        return PreviewFiles(self.workspace.cache / "previews")

    def heatmaps(self, version: str) -> HeatmapFiles:
        """The heat maps that a version made."""
        return HeatmapFiles(self.workspace.scans / version / "heatmaps")

    def version_folder(self, version: str) -> Path:
        """Where a version's weights and records are."""
        return self.workspace.versions / version

    def back_up(self) -> Path | None:
        """Makes today's copy of the database if there is none yet.

        Raises:
            StoreError: It cannot be written.
        """
        today = dt.datetime.now().astimezone().date()
        return daily_copy(self.workspace.database, self.workspace.backups, today)

    def close(self) -> None:
        """Writes what is in line and lets go of the files."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _nothing_there(workspace: Path, folder: Path | None) -> str:
    where = f"in {workspace}" if folder is None else f"of {folder} yet (looked in {workspace})"
    named = "FOLDER" if folder is None else shlex.quote(str(folder))
    return f"There is no collection {where}. Begin one with: reviewer open {named}"


def _folder(stored: str, given: Path | None, place: Workspace) -> Path:
    workspace = place.path
    if given is None:
        if not stored:
            raise UsageError(
                f"The collection in {workspace} is empty. Begin it with: reviewer open FOLDER "
                f"--workspace {shlex.quote(str(workspace))}"
            )
        return Path(stored)
    now = given.resolve()
    if stored and same_place(Path(stored), now):
        return Path(stored)
    if stored and Path(stored) != now:
        back = was_before(place.database, now)
        if not back and (Path(stored).exists() or not holds_images(place.database, now)):
            raise UsageError(
                f"The workspace {workspace} belongs to the images in {stored}, not to {given}. "
                "Choose another one with --workspace; if the images were moved, all of them must "
                "be where they are now under the names that they had."
            )
        take_move(place.database, now)
    return now
