"""What the commands say where there is nothing to go by yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.store.workspace import workspace_for
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


def test_proposing_from_a_collection_without_a_scan_begins_nothing(
    imported: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    said = run("propose", new, "--from", imported)
    assert said.code == 2
    assert "reviewer train" in said.err
    assert not workspace_for(new).exists()


@pytest.mark.parametrize("level", ["0.3", "1"])
def test_a_precision_that_means_nothing_is_refused(
    imported: Path, tmp_path: Path, level: str
) -> None:
    said = run("propose", tmp_path, "--from", imported, "--precision", level)
    assert said.code == 2
    assert "--precision" in said.err


def test_ratings_without_a_scan_say_what_to_do(imported: Path) -> None:
    said = run("ratings", imported)
    assert said.code == 2
    assert "reviewer train" in said.err


def test_a_recipe_that_is_none_names_those_there_are(imported: Path) -> None:
    said = run("train", imported, "--recipe", "vgg")
    assert said.code == 2
    assert "resnet50-danbooru2021" in said.err


def test_a_recipe_goes_on_from_no_version_and_none_is_needed(imported: Path) -> None:
    said = run("retrain", imported, "--recipe", "resnet50-danbooru2021")
    assert said.code == 2
    assert "reviewer train --recipe" in said.err
    # Without one training is what it was: here there are too few images.
    said = run("train", imported, "--device", "cpu")
    assert "nothing to learn" in said.err
