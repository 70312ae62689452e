"""The folder of the images goes under a job: no image is blamed, and it goes on later."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.core.types import ImageState
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.comparing import compare
from reviewer.jobs.learning.cross_fitting import cross_fit
from reviewer.jobs.learning.retraining import retrain
from reviewer.jobs.learning.training import train_version
from tests.unit.jobs.conftest import CHOICES, COUNT

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.types import Progress
    from reviewer.store.library import Library

NOT_THERE = "The folder of the images is not there"


@dataclass
class PulledOut:
    """Hears a job, and takes its folder away at a stage of it.

    Attributes:
        folder: Of the images.
        stage: At the beginning of which the folder goes; empty for never.
        stages: Those that were heard.
    """

    folder: Path
    stage: str = ""
    stages: list[str] = field(default_factory=list)

    def progress(self, progress: Progress) -> None:
        if progress.stage == self.stage and self.folder.exists():
            self.folder.rename(self.elsewhere)
        self.stages.append(progress.stage)

    def note(self, text: str) -> None:
        pass

    @property
    def elsewhere(self) -> Path:
        return self.folder.with_name("drive")

    def come_back(self) -> None:
        self.elsewhere.rename(self.folder)


def states(library: Library) -> dict[str, int]:
    return library.images.counts()


@pytest.fixture
def collection(shapes: tuple[Library, object]) -> Library:
    return shapes[0]


ALL_THERE = {ImageState.OK: COUNT, ImageState.GONE: 0, ImageState.SET_ASIDE: 0}


@pytest.mark.parametrize("job", [train_version, retrain, cross_fit])
def test_what_trains_says_where_the_drive_was(collection: Library, job: object) -> None:
    assert callable(job)
    heard = PulledOut(collection.folder)
    collection.folder.rename(heard.elsewhere)
    with pytest.raises(SourceError, match=NOT_THERE):
        job(collection, heard, CHOICES)
    assert [version.name for version in collection.versions.all()] == ["v1"]
    assert states(collection) == ALL_THERE


def test_a_drive_that_is_pulled_out_of_a_training_ends_it_and_it_goes_on(
    collection: Library,
) -> None:
    heard = PulledOut(collection.folder, "read images")
    with pytest.raises(SourceError, match=NOT_THERE):
        train_version(collection, heard, CHOICES)
    assert states(collection) == ALL_THERE
    heard.come_back()
    trained = train_version(collection, PulledOut(collection.folder), CHOICES).summary
    assert trained["version"] == "v2"
    assert states(collection) == ALL_THERE


def test_two_versions_are_not_compared_on_files_that_are_away(collection: Library) -> None:
    heard = PulledOut(collection.folder)
    train_version(collection, heard, replace(CHOICES, epochs=1))
    collection.folder.rename(heard.elsewhere)
    with pytest.raises(SourceError, match=NOT_THERE):
        compare(collection, heard, "v1", "v2")


def test_a_drive_that_is_pulled_out_of_an_import_sets_nothing_aside(collection: Library) -> None:
    for path in collection.folder.glob("*.png"):
        # Read again, as its time is another one.
        path.touch()
    heard = PulledOut(collection.folder, "import")
    with pytest.raises(SourceError, match=NOT_THERE):
        import_folder(collection, heard)
    assert states(collection) == ALL_THERE
    digests = [row.sha256 for row in collection.images.known_files().values()]
    heard.come_back()
    summary = import_folder(collection, PulledOut(collection.folder)).summary
    assert (summary["replaced"], summary["set_aside"], summary["new"]) == (0, 0, 0)
    assert [row.sha256 for row in collection.images.known_files().values()] == digests
