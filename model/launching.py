"""Batches sent to a device that works by itself: the next is on its way while one is computed.

A batch that a GPU has no memory for is cut in halves, and so are all that follow.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from model.errors import TaggerProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Forward = Callable[[Tensor], tuple[Tensor, Tensor]]
"""(B, S, S, 3) uint8 in the host's memory to two tensors of B rows on the device."""


_NO_ROOM = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory")
"""What CUDA, cuDNN, cuBLAS and the host say where torch did not ask the device itself."""


def lacks_memory(problem: RuntimeError) -> bool:
    """Whether a device failed for want of memory, by torch's own count or a library's."""
    words = str(problem).lower()
    return isinstance(problem, torch.OutOfMemoryError) or any(said in words for said in _NO_ROOM)


def gathered(pixels: Sequence[NDArray[np.uint8]], *, pinned: bool) -> Tensor:
    """Pictures as one batch.

    Args:
        pixels: B of (S, S, 3) uint8.
        pinned: Into memory that a GPU copies from by itself, as far as there is any.

    Returns:
        (B, S, S, 3) uint8.
    """
    batch = _room((len(pixels), *pixels[0].shape), pinned=pinned)
    np.stack(pixels, out=batch.numpy())
    return batch


def _room(shape: tuple[int, ...], *, pinned: bool) -> Tensor:
    """Uint8 memory of a shape; plain where the system has no more of the pinned kind.

    Windows' Linux gives half a gigabyte of it in all, less than what is read ahead.
    """
    if pinned:
        with suppress(RuntimeError):
            return torch.empty(shape, dtype=torch.uint8, pin_memory=True)
    return torch.empty(shape, dtype=torch.uint8)


def _home(found: Tensor) -> Tensor:
    """Results in the host's memory, or on their way there from a CUDA device."""
    if found.device.type == "cuda":
        # CUDA copies behind the network, to memory that torch pins for it where there is any.
        with suppress(RuntimeError):
            return found.to("cpu", non_blocking=True)
    return found.cpu()


@dataclass(frozen=True, slots=True)
class Launched:
    """Results that may still be on their way.

    Attributes:
        parts: Pairs of tensors in the host's memory, to be read once `ready` has come.
        ready: Comes when the device is done; `None` where it is done already.
    """

    parts: list[tuple[Tensor, Tensor]]
    ready: torch.cuda.Event | None

    def fetch(self) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
        """Waits for the results, and gives them."""
        if self.ready is not None:
            self.ready.synchronize()
        first, second = zip(*self.parts, strict=True)
        return torch.cat(first).numpy(), torch.cat(second).numpy()


@dataclass(slots=True)
class Launcher:
    """Sends batches to a device in their order.

    Attributes:
        forward: What the device does.
        device: Where.
        told: Hears, in a sentence, that the device has too little memory for a batch.
        most: Pictures that fit at once; 0 while every batch did.
    """

    forward: Forward
    device: torch.device
    told: Callable[[str], None]
    most: int = field(default=0, init=False)

    def launch(self, batch: Tensor) -> Launched:
        """Sends a batch, and does not wait for it.

        Args:
            batch: (B, S, S, 3) uint8, B of 1 or more.

        Raises:
            TaggerProblem: The device has no memory for a single picture.
        """
        parts = self._in_parts(batch, self.most or len(batch))
        if self.device.type != "cuda":
            return Launched(parts, None)
        return Launched(parts, torch.cuda.current_stream(self.device).record_event())

    def _in_parts(self, batch: Tensor, most: int) -> list[tuple[Tensor, Tensor]]:
        cut = [batch[start : start + most] for start in range(0, len(batch), most)]
        return [done for part in cut for done in self._fitting(part)]

    def _fitting(self, batch: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Runs a batch, in halves of halves if need be."""
        try:
            first, second = self.forward(batch)
            return [(_home(first), _home(second))]
        except RuntimeError as problem:
            if not lacks_memory(problem):
                raise
            if len(batch) == 1:
                raise TaggerProblem(
                    f"The device {self.device} has too little memory for one picture with this "
                    "version; end what else uses it, or scan with --device cpu."
                ) from problem
        # Outside of the handler: the error holds on to the tensors that were too much.
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        half = len(batch) // 2
        if not self.most or half < self.most:
            self.most = half
            self.told(f"There is room for {half} pictures at once on {self.device}, not more.")
        return self._in_parts(batch, half)
