"""Pictures for training: decoded once to an array file where that fits, else as they are needed."""

from __future__ import annotations

import hashlib
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from model.images import Failure, OpenImage, Prepared, read_prepared
from model.mapped import map_file
from model.parallel import map_ahead
from model.resizing import Resize, pillow_resize, resize_for

if TYPE_CHECKING:
    from pathlib import Path

    from model.config import TaggerConfig

Pixels = NDArray[np.uint8]
Indices = NDArray[np.int64]
Told = Callable[[int, int], None]
"""Is told how many pictures are done, and of how many."""

ROOM_LEFT = 200 * 10**6
"""Bytes that kept pictures leave free on the disk, for the version itself and for the answers."""

_CHUNK = 256
_TO_DO, _DONE, _BROKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Batch:
    """Some pictures.

    Attributes:
        indices: (B,) int64 positions in the list of paths.
        pixels: (B, S, S, 3) uint8.
    """

    indices: Indices
    pixels: Pixels


class Pictures(Protocol):
    """Prepared pictures, by index."""

    def batches(self, order: Indices, batch_size: int) -> Iterator[Batch]:
        """Give the pictures in the given order; those that cannot be read are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a list of files found.

    Attributes:
        pictures: To be trained on.
        hashes: (N,) uint64 difference hashes; 0 for a broken image.
        failures: The images that cannot be read.
    """

    pictures: Pictures
    hashes: NDArray[np.uint64]
    failures: list[Failure]

    @property
    def readable(self) -> Indices:
        """(M,) int64 indices of the images that can be read, rising."""
        broken = {failure.position for failure in self.failures}
        return np.array([i for i in range(len(self.hashes)) if i not in broken], dtype=np.int64)


def open_pictures(
    paths: Sequence[Path],
    open_image: OpenImage,
    config: TaggerConfig,
    folder: Path,
    *,
    cache_bytes: int,
    workers: int,
    told: Told,
) -> Opened:
    """Read every file once: to hash it, to learn whether it can be read, and to keep it if it fits.

    Args:
        paths: N files.
        open_image: Opens one file.
        config: How pictures are prepared.
        folder: Where the array files go; work that was cut off is taken up again.
        cache_bytes: Pictures are kept on disk if all of them need no more than this, and the disk
            has the room.
        workers: Threads that decode.
        told: Hears of progress.

    Returns:
        The pictures, their hashes and the failures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = _cache_key(paths, config)[:16]
    needed = len(paths) * config.input_size**2 * 3
    fits = needed <= cache_bytes and _has_room(folder / f"pictures-{key}.pixels", needed)
    name = f"{'pictures' if fits else 'hashes'}-{key}"
    count, side = len(paths), config.input_size
    shape = (count, side, side, 3) if fits else (0,)
    pixels, old_pixels = map_file(folder / f"{name}.pixels", np.uint8, shape)
    hashes, old_hashes = map_file(folder / f"{name}.hashes", np.uint64, (count,))
    state, _ = map_file(folder / f"{name}.state", np.uint8, (count,))
    if not (old_pixels and old_hashes):
        state[:] = _TO_DO
    failures: list[Failure] = []
    reader = Reader(paths, open_image, config, workers, resize_for(len(paths)))
    to_do = np.flatnonzero(state != _DONE).astype(np.int64)
    done = count - len(to_do)
    for index, found in reader.read(to_do):
        if isinstance(found, str):
            failures.append(Failure(index, found))
            state[index] = _BROKEN
        else:
            hashes[index] = found.hash
            if fits:
                pixels[index] = found.pixels
            state[index] = _DONE
        done += 1
        if done % _CHUNK == 0 or done == count:
            told(done, count)
    pictures: Pictures = KeptPictures(pixels) if fits else reader
    return Opened(pictures, np.array(hashes), failures)


def _has_room(path: Path, needed: int) -> bool:
    """Whether a file is there in full length, or fits on the disk."""
    if path.is_file() and path.stat().st_size == needed:
        return True
    return needed + ROOM_LEFT <= shutil.disk_usage(path.parent).free


def _cache_key(paths: Sequence[Path], config: TaggerConfig) -> str:
    """Changes with the files' names, sizes and times and with the preprocessing."""
    key = hashlib.sha256(msgspec.json.encode(config))
    for path in paths:
        try:
            status = path.stat()
            key.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
        except OSError:
            key.update(f"{path}|gone\n".encode())
    return key.hexdigest()


@dataclass(frozen=True, slots=True)
class KeptPictures:
    """Pictures in an array file.

    Attributes:
        pixels: (N, S, S, 3) uint8.
    """

    pixels: Pixels

    def batches(self, order: Indices, batch_size: int) -> Iterator[Batch]:
        """Give the pictures in the given order."""
        for start in range(0, len(order), batch_size):
            indices = order[start : start + batch_size]
            yield Batch(indices, np.asarray(self.pixels[indices]))


@dataclass(frozen=True, slots=True)
class Reader:
    """Pictures that threads decode a little ahead of their use.

    Attributes:
        paths: N files.
        open_image: Opens one file.
        config: How pictures are prepared.
        workers: Threads.
        resize: How pictures are made smaller.
    """

    paths: Sequence[Path]
    open_image: OpenImage
    config: TaggerConfig
    workers: int
    resize: Resize = pillow_resize

    def read(self, order: Indices) -> Iterator[tuple[int, Prepared | str]]:
        """Give each index with its picture, or with the reason why there is none, in order."""
        with ThreadPoolExecutor(self.workers, thread_name_prefix="decode") as pool:
            yield from map_ahead(pool, self._one, order.tolist(), _CHUNK)

    def _one(self, index: int) -> tuple[int, Prepared | str]:
        path = self.paths[index]
        return index, read_prepared(path, self.open_image, self.config, self.resize)

    def batches(self, order: Indices, batch_size: int) -> Iterator[Batch]:
        """Give the pictures in the given order; those that cannot be read are left out."""
        found = self.read(order)
        while True:
            part = list(islice(found, batch_size))
            if not part:
                return
            good = [(index, item.pixels) for index, item in part if isinstance(item, Prepared)]
            if good:
                indices = np.array([index for index, _ in good], dtype=np.int64)
                yield Batch(indices, np.stack([pixels for _, pixels in good]))


def to_input(pixels: Pixels | Tensor, config: TaggerConfig, device: torch.device) -> Tensor:
    """The one way from prepared pixels to a network's input, for training, evaluation and scan.

    Args:
        pixels: (B, S, S, 3) uint8; a tensor in pinned memory is copied to a GPU in the background.
        config: Says the order of the colours, their range, mean and std.
        device: Where to.

    Returns:
        (B, 3, S, S) float32, normalised, channels last in memory.
    """
    there = pixels if isinstance(pixels, Tensor) else torch.from_numpy(pixels)
    # Elsewhere a copy in the background may read memory that is used again already.
    moved = there.to(device, non_blocking=device.type == "cuda").permute(0, 3, 1, 2)
    if config.channels == "bgr":
        moved = moved.flip(1)
    scale = 255 / config.peak
    mean, std = (
        _per_channel([value * scale for value in values], device)
        for values in (config.mean, config.std)
    )
    return (moved.float() - mean) / std


def _per_channel(values: list[float], device: torch.device) -> Tensor:
    """(1, 3, 1, 1) float32; filled on the device, as a copy would wait for all that runs there."""
    return torch.cat([torch.full((1, 1, 1, 1), value, device=device) for value in values], dim=1)


def augment(
    x: Tensor, config: TaggerConfig, draws: Tensor, *, shrink: float = 0.15, rotate: float = 0.0
) -> Tensor:
    """Mirror, shrink, move and rotate pictures within their frame.

    Nothing is ever cut off but the corners of pictures that are rotated.

    Args:
        x: (B, 3, S, S) float, normalised.
        config: Says the colour that fills the frame.
        draws: (B, 4) float in 0..1, the chance that decides; the same draws, the same pictures.
            (B, 5) to rotate.
        shrink: Largest share of the side by which a picture shrinks.
        rotate: Largest angle either way, degrees.

    Returns:
        (B, 3, S, S) float.
    """
    count = len(x)
    draws = draws.to(x.device)
    zoom = 1 + draws[:, 0] * shrink / (1 - shrink)
    mirror = torch.where(draws[:, 1] < 0.5, -1.0, 1.0)
    room = zoom - 1
    theta = torch.zeros(count, 2, 3, device=x.device)
    theta[:, 0, 0] = zoom * mirror
    theta[:, 1, 1] = zoom
    theta[:, 0, 2] = (draws[:, 2] * 2 - 1) * room
    theta[:, 1, 2] = (draws[:, 3] * 2 - 1) * room
    if rotate:
        theta = _rotated(theta, (draws[:, 4] * 2 - 1) * math.radians(rotate))
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)
    pad = to_input(
        np.array(config.pad_colour, dtype=np.uint8).reshape(1, 1, 1, 3), config, x.device
    )
    # Outside the picture the sampler gives zeros, so the padding is made zero while it runs.
    return functional.grid_sample(x - pad, grid, align_corners=False) + pad


def _rotated(theta: Tensor, angles: Tensor) -> Tensor:
    """(B, 2, 3) maps from where a picture is painted to where it is taken from, rotated first.

    Args:
        theta: (B, 2, 3).
        angles: (B,) radians.
    """
    cos, sin = torch.cos(angles), torch.sin(angles)
    turn = torch.stack([torch.stack([cos, -sin], dim=1), torch.stack([sin, cos], dim=1)], dim=1)
    return torch.cat([theta[:, :, :2] @ turn, theta[:, :, 2:]], dim=2)
