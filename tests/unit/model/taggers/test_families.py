"""Every family: a folder in its real layout loads offline and says what its own code says."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from model.errors import TaggerProblem
from model.predict import Predictor
from model.record import read_record
from model.taggers.bring import bring, inspect
from model.taggers.export import export_version
from tests.unit.model.drawings import open_plain
from tests.unit.model.taggers import folders, more_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.unit.model.taggers.folders import Made

FAMILIES: dict[str, tuple[str, Callable[[Path], Made]]] = {
    "wd v3 vit": ("wd-timm", folders.wd_timm),
    "wd v3 convnext": ("wd-timm", partial(folders.wd_timm, kind="convnext")),
    "wd v3 swinv2": ("wd-timm", partial(folders.wd_timm, kind="swinv2")),
    "wd v3 eva02": ("wd-timm", partial(folders.wd_timm, kind="eva02")),
    "wd onnx": ("wd-onnx", folders.wd_onnx),
    "wd onnx, one at a time": ("wd-onnx", partial(folders.wd_onnx, batch=1)),
    "animetimm": ("deepghs", folders.animetimm),
    "animetimm caformer": ("deepghs", partial(folders.animetimm, architecture="caformer_s18")),
    "deepghs onnx": ("deepghs", folders.deepghs_onnx),
    "joytag": ("joytag", more_folders.joytag),
    "camie": ("camie", folders.camie),
    "deepdanbooru": ("deepdanbooru", more_folders.deepdanbooru),
    "ml-danbooru": ("ml-danbooru", folders.ml_danbooru),
    "ml-danbooru csv": ("ml-danbooru", partial(folders.ml_danbooru, listed="mldanbooru_tags.csv")),
    "autotagger": ("autotagger", folders.autotagger),
    "torchvision": ("torchvision", folders.torchvision_checkpoint),
    "torchvision resnet": (
        "torchvision",
        partial(folders.torchvision_checkpoint, network="resnet18"),
    ),
}


@pytest.fixture(scope="module", params=FAMILIES)
def brought(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Made, Path]]:
    """Family, the folder, and the version made of it. The folder's name says nothing."""
    place = tmp_path_factory.mktemp("brought")
    family, make = FAMILIES[request.param]
    made = make(place / "new folder (3)")
    inspected = inspect(made.folder, {})
    bring(inspected, place / "versions" / "v1", {})
    assert inspected.family.key == family
    return family, made, place / "versions" / "v1"


def scan(version: Path, paths: list[Path]):
    predictor = Predictor.load(version, "cpu")
    batches = list(predictor.scan(paths, open_plain, batch_size=2, workers=1))
    return predictor, batches


def test_scores_are_those_of_the_reference(
    brought: tuple[str, Made, Path], pictures: list[Path]
) -> None:
    _, made, version = brought
    predictor, batches = scan(version, pictures)
    scores = np.concatenate([batch.scores for batch in batches])
    expected = np.stack([made.reference(Image.open(path).convert("RGB")) for path in pictures])
    np.testing.assert_allclose(scores, expected, atol=1e-5, rtol=0)
    # The scores tell pictures and tags apart: agreement on constants would prove nothing.
    assert expected.std(axis=0).max() > 1e-3
    assert expected.std(axis=1).min() > 1e-2
    assert [name for name, _ in predictor.record.outputs] == made.names


def test_embeddings_are_there_and_differ(
    brought: tuple[str, Made, Path], pictures: list[Path]
) -> None:
    _, _, version = brought
    predictor, batches = scan(version, pictures)
    embeddings = np.concatenate([batch.embeddings for batch in batches]).astype(np.float32)
    assert embeddings.shape == (len(pictures), predictor.embedding_width)
    assert np.isfinite(embeddings).all()
    assert np.linalg.norm(embeddings[0] - embeddings[1]) > 1e-3


def test_a_version_says_where_it_came_from(brought: tuple[str, Made, Path]) -> None:
    family, made, version = brought
    found = read_record(version).brought
    assert found is not None
    assert found["family"] == family
    assert found["licence"]
    assert found["folder"] == str(made.folder)
    assert all(len(digest) == 64 for digest in found["files"].values())
    assert {"channels", "range", "mean", "std", "fit", "resample"} <= found["preprocessing"].keys()


def test_the_folder_is_left_as_it_was_and_is_needed_no_more(
    brought: tuple[str, Made, Path], pictures: list[Path]
) -> None:
    _, made, version = brought
    before = sorted(path.name for path in made.folder.rglob("*"))
    moved = made.folder.rename(made.folder.with_name("gone"))
    try:
        scan(version, pictures[:1])
    finally:
        moved.rename(made.folder)
    assert sorted(path.name for path in made.folder.rglob("*")) == before
    assert not list(version.parent.glob(".*"))


NETWORKS_OF_TIMM = {
    ("torchvision", "resnet18"),
    ("timm", "mobilenetv4_conv_small"),
    ("timm", "caformer_s18"),
    *(("timm", architecture) for architecture, _ in folders.WD_ARCHITECTURES.values()),
}


@pytest.mark.parametrize("kind", ["onnx", "timm"])
def test_an_export_loads_back_and_says_the_same(
    brought: tuple[str, Made, Path],
    pictures: list[Path],
    tmp_path: Path,
    kind: str,
) -> None:
    _, made, version = brought
    network = read_record(version).config
    if kind == "timm" and (network.network, network.backbone) not in NETWORKS_OF_TIMM:
        with pytest.raises(TaggerProblem, match="export it as ONNX"):
            export_version(version, tmp_path / "out", kind)
        assert not (tmp_path / "out").exists()
        return
    assert export_version(version, tmp_path / "out", kind) <= 1e-5
    bring(inspect(tmp_path / "out", {}), tmp_path / "again", {})
    _, before = scan(version, pictures)
    _, after = scan(tmp_path / "again", pictures)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(other.scores, one.scores, atol=1e-5, rtol=0)
        scale = float(np.abs(one.embeddings).max())
        np.testing.assert_allclose(other.embeddings, one.embeddings, atol=2e-3 * scale, rtol=0)
    assert [name for name, _ in read_record(tmp_path / "again").outputs] == made.names
