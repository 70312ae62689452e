"""The rating output goes with an export, in either form, and comes back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from model.backbones import create_tagger
from model.config import TaggerConfig
from model.data import to_input
from model.errors import TaggerProblem
from model.images import prepare
from model.networks.onnx_session import open_session
from model.record import read_record
from model.taggers.bring import bring, inspect, probe_picture
from model.taggers.export import export_version
from model.taggers.exported import RATING_HEAD
from model.version import load_version, save_version

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATINGS = ("rating:safe", "rating:questionable", "rating:explicit")
TAGS = [("sky", 0), ("tree", 0)]
CPU = torch.device("cpu")


def a_version(place: Path, backbone: str, ratings: tuple[str, ...] = RATINGS) -> Path:
    """A version of a network with weights by lot."""
    torch.manual_seed(4)
    config = TaggerConfig(backbone=backbone, input_size=32)
    tagger = create_tagger(config, len(TAGS)).eval()
    if ratings:
        tagger.rate(ratings)
        assert tagger.rating_head is not None
        torch.nn.init.normal_(tagger.rating_head.weight, std=0.3)
        torch.nn.init.normal_(tagger.rating_head.bias)
    save_version(place, tagger, config, TAGS, {}, {"parent": None})
    return place


def chances(version: Path) -> NDArray[np.float32]:
    """(R,) what a version says of the rating of one picture."""
    tagger, record = load_version(version, CPU)
    pixels = np.stack([prepare(probe_picture(), record.config)])
    assert tagger.rating_head is not None
    with torch.inference_mode():
        embeddings = tagger(to_input(pixels, record.config, CPU))[1]
        found: NDArray[np.float32] = torch.softmax(tagger.rating_head(embeddings), 1).numpy()[0]
    return found


@pytest.mark.parametrize(("kind", "backbone"), [("onnx", "small"), ("timm", "resnet18")])
def test_ratings_come_back_with_an_export(tmp_path: Path, kind: str, backbone: str):
    version = a_version(tmp_path / "v1", backbone)
    assert export_version(version, tmp_path / "out", kind) <= 1e-5
    record = bring(inspect(tmp_path / "out", {}), tmp_path / "again", {})
    assert record.ratings == RATINGS
    assert record.brought is not None
    assert RATING_HEAD in record.brought["files"]
    told = chances(version)
    np.testing.assert_allclose(chances(tmp_path / "again"), told, atol=1e-5)
    assert np.ptp(told) > 0.05


def test_other_programs_find_the_ratings_in_the_graph_and_in_one_made_of_it(tmp_path: Path):
    told = chances(a_version(tmp_path / "v1", "small"))
    export_version(tmp_path / "v1", tmp_path / "out", "onnx")
    bring(inspect(tmp_path / "out", {}), tmp_path / "v2", {})
    export_version(tmp_path / "v2", tmp_path / "out2", "onnx")
    config = read_record(tmp_path / "v1").config
    seen = prepare(probe_picture(), config)[None, :, :, ::-1].astype(np.float32)
    for folder in ("out", "out2"):
        session = open_session(tmp_path / folder / "model.onnx")
        outputs = [value.name for value in session.get_outputs()]
        assert outputs == ["prediction", "logits", "embedding", "rating"]
        found = session.run(["rating"], {"input": seen})[0]
        np.testing.assert_allclose(found, told[None], atol=1e-5)


def test_a_tagger_without_ratings_is_exported_as_before(tmp_path: Path):
    version = a_version(tmp_path / "v1", "small", ())
    export_version(version, tmp_path / "out", "onnx")
    assert not (tmp_path / "out" / RATING_HEAD).exists()
    session = open_session(tmp_path / "out" / "model.onnx")
    assert len(session.get_outputs()) == 3
    assert bring(inspect(tmp_path / "out", {}), tmp_path / "again", {}).ratings == ()


def test_a_rating_file_of_another_tagger_is_refused(tmp_path: Path):
    export_version(a_version(tmp_path / "v1", "small"), tmp_path / "out", "onnx")
    path = tmp_path / "out" / RATING_HEAD
    state = load_file(path)
    narrow = {"weight": state["weight"][:, :-1].contiguous(), "bias": state["bias"]}
    save_file(narrow, path, metadata={"ratings": "\n".join(RATINGS)})
    with pytest.raises(TaggerProblem, match="belongs to another tagger"):
        bring(inspect(tmp_path / "out", {}), tmp_path / "again", {})
    path.write_bytes(b"torn")
    with pytest.raises(TaggerProblem, match="cannot be read"):
        bring(inspect(tmp_path / "out", {}), tmp_path / "again", {})
