from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor

from model.backbones import create_tagger
from model.config import TaggerConfig
from model.device import mixed_precision
from model.errors import TaggerProblem
from model.launching import Launcher, gathered
from model.parallel import MOST_WORKERS, usual_workers
from model.predict import Predictor
from model.resizing import pillow_resize
from model.version import save_version
from tests.unit.model.drawings import TAGS, Drawn, open_plain

if TYPE_CHECKING:
    from pathlib import Path

CPU = torch.device("cpu")


class Small:
    """A device with room for a few pictures: gives each one's first value, and counts its calls."""

    def __init__(self, room: int, problem: RuntimeError | None = None) -> None:
        self.room = room
        self.problem = problem or torch.OutOfMemoryError("CUDA out of memory.")
        self.sizes: list[int] = []

    def __call__(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        self.sizes.append(len(pixels))
        if len(pixels) > self.room:
            raise self.problem
        values = pixels[:, 0, 0, :1].float()
        return values, values.half()


def batch(first: int, count: int) -> Tensor:
    return gathered([np.full((2, 2, 3), first + n, np.uint8) for n in range(count)], pinned=False)


def test_a_batch_that_does_not_fit_is_halved_and_so_are_all_that_follow():
    device, told = Small(5), []
    launcher = Launcher(device, CPU, told.append)
    for first in (0, 16, 32):
        logits, embeddings = launcher.launch(batch(first, 16)).fetch()
        assert logits[:, 0].tolist() == list(range(first, first + 16))
        assert embeddings.dtype == np.float16
    # Tried: 16, its half, a quarter; then quarters alone.
    assert device.sizes == [16, 8, 4, 4, 8, 4, 4, *[4] * 8]
    assert [words.split(" pictures")[0] for words in told] == [
        "There is room for 8",
        "There is room for 4",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: out of memory",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "MPS backend out of memory (MPS allocated: 8.00 GB)",
    ],
)
def test_a_library_that_finds_no_memory_is_taken_for_the_same(words: str):
    device = Small(3, RuntimeError(words))
    logits, _ = Launcher(device, CPU, lambda _: None).launch(batch(0, 8)).fetch()
    assert logits[:, 0].tolist() == list(range(8))
    assert device.sizes == [8, 4, 2, 2, 4, 2, 2]


def test_a_real_network_that_is_too_large_for_the_memory_runs_in_parts():
    class Widening(torch.nn.Module):
        """Asks torch for what no machine has, unless there is a single picture."""

        def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
            if len(pixels) > 1:
                torch.empty(1 << 60, dtype=torch.uint8)
            values = pixels[:, 0, 0, :1].float()
            return values, values

    told: list[str] = []
    launched = Launcher(Widening(), CPU, told.append).launch(batch(0, 4))
    assert launched.fetch()[0][:, 0].tolist() == [0, 1, 2, 3]
    assert len(told) == 2


def test_without_pinned_memory_a_batch_is_gathered_in_plain_one():
    pictures = [np.full((2, 2, 3), value, np.uint8) for value in (3, 7)]
    gathered_again = gathered(pictures, pinned=True)
    # Where there is no GPU, there is no memory of that kind at all.
    assert torch.cuda.is_available() or not gathered_again.is_pinned()
    assert torch.equal(gathered_again, gathered(pictures, pinned=False))


def test_no_room_for_one_picture_is_a_sentence():
    with pytest.raises(TaggerProblem, match="--device cpu"):
        Launcher(Small(0), CPU, lambda _: None).launch(batch(0, 3))


def test_other_failures_are_not_taken_for_a_lack_of_memory():
    def refuse(_: Tensor) -> tuple[Tensor, Tensor]:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        Launcher(refuse, CPU, lambda _: None).launch(batch(0, 4))


def test_the_way_of_a_gpu_gives_what_the_way_of_a_cpu_gives(drawn: Drawn, tmp_path: Path):
    config = TaggerConfig(backbone="small", input_size=32)
    torch.manual_seed(5)
    save_version(tmp_path / "v", create_tagger(config, len(TAGS)), config, TAGS, {}, {})
    predictor = Predictor.load(tmp_path / "v", "cpu")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    paths = [*drawn.paths[:20], broken, *drawn.paths[20:23]]
    runs = [range(start, min(start + 5, len(paths))) for start in range(0, len(paths), 5)]
    # The last run has nothing that can be read.
    paths.append(broken)
    runs.append(range(len(paths) - 1, len(paths)))
    launcher = Launcher(predictor._forward, CPU, lambda _: None)
    reads = (predictor._read(run, paths, open_plain, pillow_resize) for run in runs)
    there = list(predictor._launched(reads, launcher))
    here = [
        predictor._batch(predictor._read(run, paths, open_plain, pillow_resize)) for run in runs
    ]
    for one, other in zip(there, here, strict=True):
        for name in ("indices", "hashes"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        np.testing.assert_allclose(one.logits, other.logits, atol=1e-4)
        np.testing.assert_allclose(one.embeddings, other.embeddings, atol=1e-3)
        assert one.failures == other.failures
    assert [len(one.failures) for one in there] == [0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("generation", "expected"),
    [(6, None), (7, torch.float16), (8, torch.bfloat16), (9, torch.bfloat16)],
)
def test_mixed_precision_is_what_the_chip_computes_fast(
    generation: int, expected: torch.dtype | None
):
    assert mixed_precision(generation) is expected
    assert mixed_precision(generation, is_amd=True) is torch.bfloat16


def test_workers_are_the_cores_within_reason(four_threads: None):
    assert usual_workers("cpu") == 4
    assert 1 <= usual_workers("cuda") <= MOST_WORKERS


def test_what_overflows_in_mixed_precision_is_computed_again_in_full(drawn: Drawn, tmp_path: Path):
    config = TaggerConfig(backbone="small", input_size=32)
    torch.manual_seed(6)
    save_version(tmp_path / "v", create_tagger(config, len(TAGS)), config, TAGS, {}, {})
    predictor = Predictor.load(tmp_path / "v", "cpu")
    mixed = replace(predictor, device=replace(predictor.device, amp=torch.bfloat16))
    read = predictor._read(range(4), drawn.paths[:4], open_plain, pillow_resize)
    assert read.pixels is not None
    logits, embeddings = predictor.run(read.pixels.numpy())
    overflowed = logits.copy()
    overflowed[2, 1] = np.inf
    again, _ = mixed._sound(read, (overflowed, embeddings))
    np.testing.assert_allclose(again, logits, atol=1e-4)
    # What is sound is taken as it is, and so is all where nothing more precise can be had.
    assert mixed._sound(read, (logits, embeddings))[0] is logits
    assert predictor._sound(read, (overflowed, embeddings))[0] is overflowed
