"""Every tensor of a scan and of a training step is where the network is.

Torch's tensors without content stand for a GPU that is not there: they know where they would lie,
and refuse what a GPU would refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from model.backbones import Tagger, create_tagger
from model.config import TaggerConfig, TrainConfig
from model.data import augment, to_input
from model.device import Device
from model.epoch import _update, make_optimizer
from model.losses import LOSSES
from model.predict import Predictor
from model.rating_head import rating_loss
from model.record import VersionRecord
from model.tuning import begin_tuning

if TYPE_CHECKING:
    from pathlib import Path

GPU = torch.device("cuda")
COUNT, TAGS = 4, 7
NETWORKS = [
    TaggerConfig(backbone="small", input_size=64),
    TaggerConfig(backbone="resnet18", input_size=64, channels="bgr", peak=255),
    TaggerConfig(
        backbone="vit_tiny_patch16_224",
        network="timm",
        input_size=32,
        arguments={"model_args": {"img_size": 32}},
    ),
]


def put_on_the_gpu(tagger: Tagger) -> None:
    """Weights and buffers as `Module.to` would leave them, but without content."""
    for part in tagger.modules():
        for name, weight in part._parameters.items():
            if weight is not None:
                there = torch.empty(weight.shape, dtype=weight.dtype, device=GPU)
                part._parameters[name] = nn.Parameter(there, weight.requires_grad)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype, device=GPU)


def pictures(config: TaggerConfig) -> torch.Tensor:
    """A batch in the host's memory."""
    return torch.zeros(COUNT, config.input_size, config.input_size, 3, dtype=torch.uint8)


@pytest.mark.parametrize("config", NETWORKS, ids=lambda config: config.backbone)
def test_a_scan_mixes_no_devices(config: TaggerConfig, tmp_path: Path):
    tagger = create_tagger(config, TAGS).eval()
    tags = [(f"tag_{number}", 0) for number in range(TAGS)]
    record = VersionRecord(tmp_path, config, tags, {}, {}, tags, list(range(TAGS)))
    with FakeTensorMode():
        put_on_the_gpu(tagger)
        predictor = Predictor(tagger, record, Device(GPU, "a GPU"))
        logits, embeddings = predictor._forward(pictures(config))
        assert (logits.device.type, embeddings.device.type) == ("cuda", "cuda")
        assert (logits.dtype, embeddings.dtype) == (torch.float32, torch.float16)
        assert logits.shape == (COUNT, TAGS)


@pytest.mark.parametrize(
    ("config", "tune"), [(NETWORKS[1], "all"), (NETWORKS[2], "all"), (NETWORKS[2], "lora")]
)
def test_a_step_of_training_mixes_no_devices(config: TaggerConfig, tune: str):
    tagger = create_tagger(config, TAGS).train()
    if tune == "lora":
        begin_tuning(tagger, TrainConfig(tune="lora"))
    with FakeTensorMode():
        put_on_the_gpu(tagger)
        x = augment(
            to_input(pictures(config), config, GPU), config, torch.rand(COUNT, 5), rotate=10.0
        )
        logits, _ = tagger(x)
        targets, weights = (torch.zeros(COUNT, TAGS, device=GPU) for _ in range(2))
        for loss in LOSSES.values():
            assert loss(logits.float(), targets, weights).device.type == "cuda"


def test_the_ratings_and_the_optimizer_stay_on_the_device_too():
    config = NETWORKS[0]
    tagger = create_tagger(config, TAGS).train()
    tagger.rate(["general", "explicit"])
    with FakeTensorMode(allow_non_fake_inputs=True):
        put_on_the_gpu(tagger)
        optimizer = make_optimizer(tagger, TrainConfig())
        _, embeddings = tagger(to_input(pictures(config), config, GPU))
        loss = rating_loss(tagger, embeddings, np.array([0, 1, -1, 0]))
        assert loss.device.type == "cuda"
        # Torch asks a device that is not there to go back: gradients are given instead.
        for part in tagger.parameters():
            part.grad = torch.zeros_like(part)
        _update(tagger, optimizer, torch.amp.GradScaler("cuda", enabled=False))
        kept = [part for state in optimizer.state.values() for part in state.values()]
        assert {part.device.type for part in kept if part.ndim} == {"cuda"}


def test_a_tensor_that_was_left_behind_is_found():
    tagger = create_tagger(NETWORKS[0], TAGS).eval()
    with FakeTensorMode():
        put_on_the_gpu(tagger)
        assert tagger.head.bias is not None
        tagger.head.bias = nn.Parameter(torch.empty(TAGS))
        with pytest.raises(RuntimeError, match="same device"):
            tagger(to_input(pictures(NETWORKS[0]), NETWORKS[0], GPU))
