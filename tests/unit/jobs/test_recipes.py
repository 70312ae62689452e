"""A version trained by a published recipe, and its figures beside the published ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import TaggerError
from reviewer.core.held_out import HELD_OUT
from reviewer.jobs.context import Silent
from reviewer.jobs.learning.recipes import recipe_figures
from reviewer.jobs.learning.training import TrainChoices, train_version
from reviewer.jobs.reporting import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

    Shapes = tuple[Library, dict[str, frozenset[str]]]

RECIPE = "resnet50-danbooru2021"
CHOICES = TrainChoices(
    recipe=RECIPE, backbone="small", input_size=32, epochs=2, minimum=10, device="cpu"
)


def test_a_version_by_the_recipe_stands_beside_its_published_figures(
    shapes: Shapes, tmp_path: Path
) -> None:
    library, _ = shapes
    version = str(train_version(library, Silent(), CHOICES).summary["version"])
    folder = library.version_folder(version)
    used = json.loads((folder / "train.json").read_text())["arguments"]
    assert (used["optimizer"], used["schedule"], used["batch_size"]) == ("adam", "constant", 16)
    assert (used["rotate"], used["shrink"], used["epochs"]) == (15.0, 0.0, 2)
    metrics = json.loads((folder / "metrics.json").read_text())
    images = len(library.images.askable())
    kept = metrics["images_trained"] + metrics["images_validated"] + metrics["test"]["images"]
    assert kept == images
    # Many of the drawings are near-duplicates of a test image, and go with it.
    never = sum(digest[0] < HELD_OUT for _, _, digest in library.images.askable())
    assert metrics["test"]["images"] >= never
    (found,) = recipe_figures(library)
    assert found.version == version
    assert found.published == (0.682, 0.2328, 0.3471)
    assert found.ours == tuple(metrics["test"]["micro"].values())
    assert "small for resnet50" in found.changed
    assert "no pretrained weights" in found.changed
    write_report(library, Silent(), tmp_path / "report")
    page = (tmp_path / "report" / "report.html").read_text()
    assert "0.682" in page
    assert "0.233" in page
    assert f"{version} here" in page
    assert f"{found.ours[0]:.3f}" in page


def test_other_versions_are_not_compared_and_unknown_recipes_are_refused(shapes: Shapes) -> None:
    library, _ = shapes
    assert recipe_figures(library) == []
    with pytest.raises(TaggerError, match="Known: resnet50-danbooru2021"):
        train_version(library, Silent(), TrainChoices(recipe="vgg", minimum=10))
