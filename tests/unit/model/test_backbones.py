from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import resnet18

from model.backbones import backbone_names, create_tagger, load_backbone
from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.weights import find_weights

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "size", "width"),
    [
        ("small", 64, 512),
        ("resnet18", 64, 512),
        ("resnet50", 64, 2048),
        ("mobilenet_v3_small", 64, 1024),
        ("efficientnet_b0", 64, 1280),
        ("regnet_y_400mf", 64, 440),
        ("densenet121", 64, 1024),
        ("shufflenet_v2_x0_5", 64, 1024),
        ("convnext_tiny", 64, 768),
        ("swin_t", 64, 768),
        ("vit_b_32", 32, 768),
        ("googlenet", 64, 1024),
    ],
)
def test_any_family_becomes_a_tagger(name: str, size: int, width: int):
    tagger = create_tagger(TaggerConfig(backbone=name, input_size=size), 7).eval()
    with torch.no_grad():
        logits, embeddings = tagger(torch.zeros(2, 3, size, size))
    assert logits.shape == (2, 7)
    assert embeddings.shape == (2, width)
    torch.testing.assert_close(tagger.head(embeddings).detach(), logits)
    assert not any(part.shape[:1] == (1000,) for part in tagger.parameters())


@pytest.mark.parametrize(
    ("config", "word"),
    [
        (TaggerConfig(backbone="no_such_net"), "no_such_net"),
        (TaggerConfig(backbone="squeezenet1_0", input_size=64), "linear"),
        (TaggerConfig(backbone="densenet121", input_size=16), "16 pixels"),
        (TaggerConfig(backbone="vit_b_32", input_size=50), "50 pixels"),
    ],
)
def test_what_cannot_be_built_is_refused_with_a_sentence(config: TaggerConfig, word: str):
    with pytest.raises(TaggerProblem, match=word):
        create_tagger(config, 3)


def test_segmentation_and_detection_networks_are_not_offered():
    names = backbone_names()
    assert "resnet50" in names
    assert not any("deeplab" in name or "rcnn" in name or "quantized" in name for name in names)


@pytest.fixture
def pretrained() -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    return resnet18(weights=None).state_dict()


CONFIG = TaggerConfig(backbone="resnet18", input_size=32)


def test_weights_come_from_the_cache_in_its_real_layout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pretrained: dict[str, torch.Tensor]
):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    cache = tmp_path / "hub" / "checkpoints"
    nothing = find_weights(CONFIG)
    assert nothing.kind == "scratch"
    assert str(cache) in nothing.words
    cache.mkdir(parents=True)
    torch.save(pretrained, cache / "resnet18-f37072fd.pth")
    origin = find_weights(CONFIG)
    assert origin.kind == "cache"
    assert "resnet18-f37072fd.pth" in origin.words
    tagger = create_tagger(CONFIG, 4)
    load_backbone(tagger, origin)
    assert torch.equal(tagger.backbone.layer3[0].conv1.weight, pretrained["layer3.0.conv1.weight"])
    assert tagger.head.weight.shape == (4, 512)


@pytest.mark.parametrize("wrap", ["plain", "nested", "safetensors"])
def test_weights_come_from_a_file(tmp_path: Path, pretrained: dict[str, torch.Tensor], wrap: str):
    if wrap == "safetensors":
        file = tmp_path / "weights.safetensors"
        save_file(pretrained, file)
    else:
        file = tmp_path / "weights.pth"
        nested = {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in pretrained.items()}}
        torch.save(pretrained if wrap == "plain" else nested, file)
    tagger = create_tagger(CONFIG, 4)
    load_backbone(tagger, find_weights(CONFIG, file))
    assert torch.equal(tagger.backbone.conv1.weight, pretrained["conv1.weight"])


class Trap:
    """Runs code when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (str(self.path), "w"))


def test_unusable_weights_are_refused_by_name_and_no_pickle_runs(
    tmp_path: Path, pretrained: dict[str, torch.Tensor]
):
    sprung = tmp_path / "sprung"
    files = {
        "gone.pth": None,
        "trap.pth": {"state_dict": pretrained, "more": Trap(sprung)},
        "other.pth": {"conv1.weight": torch.zeros(1)},
        "list.pth": [torch.zeros(1)],
        "half.pth": b"PK\x03\x04 cut off",
        "half.safetensors": b"\x10\x00",
    }
    for name, content in files.items():
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            torch.save(content, path)
        with pytest.raises(TaggerProblem, match=name):
            load_backbone(create_tagger(CONFIG, 2), find_weights(CONFIG, path))
    assert not sprung.exists()
