"""Every family: a folder in its real layout loads offline and says what its own code says."""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from model.predict import Predictor
from model.taggers.bring import bring, inspect
from model.version import read_record
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


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a tagger reached for the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A wide and a tall one, larger than any input, and a small square."""
    folder = tmp_path_factory.mktemp("pictures")
    chance = np.random.default_rng(7)
    paths = []
    for number, (width, height) in enumerate(((150, 97), (61, 140), (20, 20))):
        coarse = chance.integers(0, 256, (5, 7, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        paths.append(folder / f"{number}.png")
        picture.save(paths[-1])
    return paths


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
