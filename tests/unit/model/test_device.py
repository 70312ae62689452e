from __future__ import annotations

import pytest
import torch

from model.device import choose_device, fault_of, suited
from model.errors import TaggerProblem


def test_the_cpu_is_named_with_its_threads():
    device = choose_device("cpu")
    assert device.kind == "cpu"
    assert device.words.startswith(f"CPU, {torch.get_num_threads()} thread")
    assert device.amp is None


def test_auto_takes_a_device_that_is_there():
    device = choose_device()
    assert torch.zeros(1, device=device.place).sum() == 0


@pytest.mark.parametrize("request_", ["cuda:99", "cuda:first", "cuda:", "tpu", ""])
def test_a_device_that_is_not_there_is_refused(request_: str):
    with pytest.raises(TaggerProblem):
        choose_device(request_)


@pytest.mark.parametrize(("side", "batch"), [(16, 16), (96, 16), (160, 15), (224, 8), (448, 2)])
def test_a_batch_on_a_cpu_has_as_many_pixels_whatever_the_side(side: int, batch: int):
    assert choose_device("cpu").usual_batch(side) == batch


def test_a_batch_on_a_cpu_is_never_a_single_picture():
    assert choose_device("cpu").usual_batch(2048) == 2


def test_a_graph_runs_where_its_runtime_does_unless_told_otherwise():
    assert suited("auto", "onnx") == "cpu"
    assert suited("auto", "timm") == "auto"
    assert suited("cuda:1", "onnx") == "cuda:1"


def test_a_gpu_that_cannot_compute_is_told_and_not_used(monkeypatch: pytest.MonkeyPatch):
    """As where torch is not built for it: it is there, and the first sum on it fails."""
    assert fault_of(torch.device("cpu")) == ""
    if torch.cuda.is_available():
        pytest.skip("the GPU of this machine computes")
    assert fault_of(torch.device("cuda", 0))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    device = choose_device("auto")
    assert device.kind == "cpu"
    assert "the GPU cannot compute" in device.words
    with pytest.raises(TaggerProblem, match="--device cpu"):
        choose_device("cuda:0")
