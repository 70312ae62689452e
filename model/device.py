"""Where the arithmetic runs, and how to say so."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from model.errors import TaggerProblem

CPU_PIXELS = 8 * 224**2
"""Pixels of a batch on a CPU. Beyond about this the first maps of a residual network are larger
than what the C library keeps for the next batch: it asks the system for each of them anew, and
clearing those pages took a tenth of a scan's processor time."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that was found to be there.

    Attributes:
        place: The device for tensors.
        words: For people: "CPU, 2 threads" or "CUDA: NVIDIA H200"; in brackets behind it what
            keeps a GPU from computing that is there.
        amp: The type of mixed precision, `None` where full precision is faster or safer.
    """

    place: torch.device
    words: str
    amp: torch.dtype | None = None

    def usual_batch(self, side: int) -> int:
        """Pictures at once in a scan: on a CPU every worker holds as many.

        There a batch is as many pictures as make `CPU_PIXELS`, 2 to 16.

        Args:
            side: Of the square input, in pixels.
        """
        if self.kind != "cpu":
            return 64
        return min(max(CPU_PIXELS // side**2, 2), 16)

    @property
    def kind(self) -> str:
        """The kind of device: "cpu", "cuda" or "mps"."""
        return self.place.type


def suited(request: str, network: str) -> str:
    """What to ask `choose_device` for, when a network of some kind is to run there.

    Args:
        request: As for `choose_device`.
        network: As `TaggerConfig` names its builder. ONNX Runtime computes on the CPU here: a GPU
            would only prepare its pictures.
    """
    return "cpu" if request == "auto" and network == "onnx" else request


def choose_device(request: str = "auto") -> Device:
    """Find the device that was asked for.

    Args:
        request: "auto" (the best one that is there), "cpu", "cuda", "cuda:1" or "mps".

    Returns:
        The device.

    Raises:
        TaggerProblem: The device is unknown, or not on this machine.
    """
    if request == "auto":
        return _best_device()
    name = request
    kind, _, number = name.partition(":")
    if kind == "cpu":
        return _cpu()
    if kind == "cuda" and (number.isdecimal() or name == kind):
        return _cuda_device(name, int(number or 0))
    if kind == "mps":
        if not torch.backends.mps.is_available():
            raise TaggerProblem('There is no Apple GPU on this machine; use the device "auto".')
        return Device(torch.device("mps"), "MPS: Apple GPU")
    raise TaggerProblem(f'There is no device "{request}"; use auto, cpu, cuda, cuda:1 or mps.')


def _best_device() -> Device:
    """The GPU that is there, unless it cannot compute: then the CPU, with the reason in words."""
    if torch.cuda.is_available():
        fault = fault_of(torch.device("cuda", 0))
        return _cpu(f" (the GPU cannot compute: {fault})") if fault else _cuda_device("cuda", 0)
    return choose_device("mps") if torch.backends.mps.is_available() else _cpu()


def _cpu(why: str = "") -> Device:
    threads = torch.get_num_threads()
    return Device(torch.device("cpu"), f"CPU, {threads} thread{'s' if threads > 1 else ''}{why}")


def _cuda_device(name: str, index: int) -> Device:
    if not torch.cuda.is_available() or index >= torch.cuda.device_count():
        raise TaggerProblem(f'The device "{name}" is not on this machine; use "auto" or "cpu".')
    if fault := fault_of(torch.device("cuda", index)):
        raise TaggerProblem(
            f'The device "{name}" is there and cannot compute ({fault}). A torch that is built '
            "for it, or a newer driver, may help; the CPU computes meanwhile: --device cpu"
        )
    major, _ = torch.cuda.get_device_capability(index)
    return Device(
        torch.device("cuda", index),
        f"CUDA: {torch.cuda.get_device_name(index)}",
        mixed_precision(major, is_amd=torch.version.hip is not None),
    )


def fault_of(place: torch.device) -> str:
    """What keeps a device from computing, in its driver's words; empty where it computes.

    Torch says that a GPU is there also where its own code was not built for such an old one.
    """
    try:
        (torch.ones(2, device=place) + 1).sum().item()
    except (RuntimeError, AssertionError) as problem:
        return str(problem).partition("\n")[0]
    return ""


def mixed_precision(generation: int, *, is_amd: bool = False) -> torch.dtype | None:
    """The type of mixed precision that a GPU computes fast.

    Torch says of every GPU that it knows bfloat16: what the chip lacks is emulated, and slow.

    Args:
        generation: First number of the GPU's compute capability.
        is_amd: Whether it is one of AMD's, which count their generations otherwise.

    Returns:
        The type; `None` for the generations before 7 (Pascal and older), whose float16 is slow.
    """
    if is_amd or generation >= 8:
        return torch.bfloat16
    return torch.float16 if generation == 7 else None
