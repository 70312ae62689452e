"""Engines give what torch gives, or nearly, and say how nearly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from model.backbones import create_tagger
from model.config import TaggerConfig
from model.data import to_input
from model.engines.engine import Engine, graph_digest, load_on
from model.engines.graph import write_backbone
from model.engines.int8 import write_int8
from model.engines.quality import Quality, compare
from model.errors import TaggerProblem
from model.images import prepare
from model.version import load_version, save_version
from tests.unit.model.drawings import TAGS, Drawn, open_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CPU = torch.device("cpu")
CONFIGS = [
    TaggerConfig(backbone="small", input_size=32),
    TaggerConfig(backbone="shufflenet_v2_x0_5", input_size=32),
    TaggerConfig(backbone="vit_tiny_patch16_224", network="timm", input_size=32,
                 arguments={"model_args": {"img_size": 32, "depth": 2}}),
]  # fmt: skip


def version_of(config: TaggerConfig, folder: Path) -> Path:
    """A version with random weights, its running statistics those of drawings."""
    torch.manual_seed(4)
    tagger = create_tagger(config, len(TAGS))
    nn.init.normal_(tagger.head.weight, std=0.1)
    save_version(folder, tagger, config, TAGS, {}, {})
    return folder


def pixels_of(drawn: Drawn, config: TaggerConfig) -> np.ndarray:
    paths = drawn.paths[:40]
    return np.stack([prepare(open_plain(path, config.input_size), config) for path in paths])


@pytest.fixture(scope="module", params=CONFIGS, ids=lambda config: config.backbone)
def graphs(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, drawn: Drawn
) -> tuple[Path, Path, Path]:
    """Folders of a version, of its graph and of its graph in bytes."""
    place, config = tmp_path_factory.mktemp("engines"), request.param
    version, onnx, int8 = version_of(config, place / "v"), place / "onnx", place / "int8"
    onnx.mkdir()
    int8.mkdir()
    tagger, _ = load_version(version, CPU)
    write_backbone(tagger.backbone, config, onnx)
    write_int8(onnx, config, int8, batches(pixels_of(drawn, config), config))
    return version, onnx, int8


def batches(pixels: np.ndarray, config: TaggerConfig) -> Iterator[Tensor]:
    for start in range(0, len(pixels), 8):
        yield to_input(pixels[start : start + 8], config, CPU)


def test_a_graph_in_float_says_what_torch_says(graphs: tuple[Path, Path, Path], drawn: Drawn):
    version, onnx, _ = graphs
    plain, other = load_on(Engine.TORCH, version), load_on(Engine.ONNX, version, onnx)
    pixels = pixels_of(drawn, plain.record.config)
    for count in (1, 7, 40):
        (expected, seen), (found, again) = plain.run(pixels[:count]), other.run(pixels[:count])
        np.testing.assert_allclose(found, expected, atol=1e-4)
        np.testing.assert_allclose(
            again.astype(np.float32), seen.astype(np.float32), rtol=2e-3, atol=1e-4
        )
    assert plain.device.words + ", ONNX Runtime" == other.device.words


def test_bytes_and_short_floats_come_near_and_are_not_the_same(
    graphs: tuple[Path, Path, Path], drawn: Drawn
):
    version, _, int8 = graphs
    plain = load_on(Engine.TORCH, version)
    pixels = pixels_of(drawn, plain.record.config)
    expected, _ = plain.run(pixels)
    for engine in (Engine.BF16, Engine.INT8):
        found, embeddings = load_on(engine, version, int8).run(pixels)
        if engine is Engine.BF16 or plain.record.config.network != "timm":
            # A transformer of two blocks with weights of chance says nothing that bytes hold.
            assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.97
        assert not np.array_equal(found, expected)
        assert embeddings.dtype == np.float16


def test_the_same_pictures_give_the_same_bytes(
    graphs: tuple[Path, Path, Path], drawn: Drawn, tmp_path: Path
):
    version, onnx, int8 = graphs
    config = load_on(Engine.TORCH, version).record.config
    write_int8(onnx, config, tmp_path, batches(pixels_of(drawn, config), config))
    assert graph_digest(tmp_path) == graph_digest(int8)
    assert graph_digest(tmp_path) != graph_digest(onnx)
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


class _OneSize(nn.Module):
    """What a trace holds fast: the size of the batch that it was made with."""

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), -1)[:, :8] * float(len(x))


def test_a_graph_that_says_something_else_is_not_taken(tmp_path: Path):
    with pytest.raises(TaggerProblem, match="other embeddings"):
        write_backbone(_OneSize().eval(), TaggerConfig(input_size=16), tmp_path)


def test_an_engine_that_needs_a_graph_says_so(graphs: tuple[Path, Path, Path]):
    with pytest.raises(TaggerProblem, match="needs a graph"):
        load_on(Engine.ONNX, graphs[0])


def test_quality_tells_loss_and_agreement():
    chance = np.random.default_rng(1)
    present = chance.random((400, 6)) < 0.3
    present[:, 5] = False
    before = (present * 2 + chance.normal(size=present.shape)).astype(np.float32)
    same = compare(before, before, present, 2.0)
    assert (same.lost, same.same_top, same.difference, same.tags) == (0.0, 1.0, 0.0, 5)
    noisy = before + chance.normal(size=before.shape).astype(np.float32)
    worse = compare(before, noisy, present, 2.0)
    assert worse.lost > 0.05
    assert worse.same_top < 0.9
    assert "2.0 times as fast" in worse.words()
    assert f"{worse.map_after:.4f}" in worse.words()


def test_without_tags_only_the_agreement_is_told():
    logits = np.zeros((4, 2), np.float32)
    found = compare(logits, logits, np.zeros((4, 2), bool), 1.0)
    assert isinstance(found, Quality)
    assert found.lost == 0
    assert "precision" not in found.words()
