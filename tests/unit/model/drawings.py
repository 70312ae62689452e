"""Small drawn collections, and requests to train on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy import sparse

from model.config import TaggerConfig, TrainConfig
from model.labels import LabelMatrix
from model.train import TrainRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    Pairs = Iterable[tuple[int, int]]

TAGS = [("red", 0), ("blue", 0), ("disc", 0), ("bar", 0), ("big", 0)]
TAGGER = TaggerConfig(backbone="small", input_size=32)
TRAINING = TrainConfig(epochs=2, batch_size=32, learning_rate=4e-3, workers=2, seed=3)


@dataclass(frozen=True)
class Drawn:
    """A folder of drawings with true labels."""

    folder: Path
    paths: list[Path]
    pairs: list[tuple[int, int]]

    @property
    def labels(self) -> LabelMatrix:
        return labels_from((len(self.paths), len(TAGS)), self.pairs)


def labels_from(
    shape: tuple[int, int],
    present: Pairs,
    confirmed: Pairs = (),
    confirmed_absent: Pairs = (),
    unsure: Pairs = (),
    **weights: float | NDArray[np.float32],
) -> LabelMatrix:
    """The labels of (image, tag) pairs; the weights are those of `LabelMatrix.from_parts`."""
    kinds = (present, confirmed, confirmed_absent, unsure)
    return LabelMatrix.from_parts(*(_matrix(pairs, shape) for pairs in kinds), **weights)


def _matrix(pairs: Pairs, shape: tuple[int, int]) -> sparse.coo_matrix:
    array = np.array(list(pairs), np.int64).reshape(-1, 2)
    ones = np.ones(len(array), bool)
    return sparse.coo_matrix((ones, (array[:, 0], array[:, 1])), shape=shape)


def open_plain(path: Path, long_side: int) -> Image.Image:
    """Open a file as the application's opener would: upright, RGB, not smaller than asked."""
    with Image.open(path) as picture:
        picture.draft("RGB", (long_side, long_side))
        return picture.convert("RGB")


def draw(folder: Path, count: int, seed: int = 0) -> Drawn:
    chance = np.random.default_rng(seed)
    paths, pairs = [], []
    for number in range(count):
        red, disc, big = chance.random(3) < 0.5
        width, height = (64, 48) if chance.random() < 0.5 else (40, 60)
        picture = Image.new("RGB", (width, height), tuple(chance.integers(170, 256, 3).tolist()))
        size = 34 if big else 12
        left = int(chance.integers(0, width - size))
        top = int(chance.integers(0, height - size))
        colour = (220, 20, 30) if red else (20, 40, 220)
        pen = ImageDraw.Draw(picture)
        if disc:
            pen.ellipse((left, top, left + size, top + size), fill=colour)
        else:
            pen.rectangle((left, top, left + size, top + size // 3), fill=colour)
        path = folder / f"image {number}, drawn.png"
        picture.save(path)
        paths.append(path)
        pairs += [(number, 0 if red else 1), (number, 2 if disc else 3)]
        if big:
            pairs.append((number, 4))
    return Drawn(folder, paths, pairs)


def request(drawn: Drawn, work: Path, name: str = "v1", **changes: object) -> TrainRequest:
    """A request to train on the drawings."""
    values: dict[str, object] = {
        "paths": drawn.paths,
        "labels": drawn.labels,
        "tags": TAGS,
        "tagger": TAGGER,
        "training": TRAINING,
        "open_image": open_plain,
        "work_folder": work / "work",
        "version_folder": work / name,
        "device": "cpu",
    }
    return TrainRequest(**{**values, **changes})
