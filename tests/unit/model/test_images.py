from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from model.config import TaggerConfig
from model.images import difference_hash, prepare, prepare_hashed, read_prepared

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = TaggerConfig(input_size=32, pad_colour=(9, 8, 7))


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(("width", "height"), [(64, 32), (32, 64), (10, 10), (1, 500), (33, 32)])
def test_the_whole_picture_is_in_the_square_and_the_rest_is_padding(width: int, height: int):
    red = Image.new("RGB", (width, height), (255, 0, 0))
    square = prepare(red, CONFIG)
    assert square.shape == (32, 32, 3)
    inside = (square == (255, 0, 0)).all(axis=2)
    outside = (square == (9, 8, 7)).all(axis=2)
    assert (inside | outside).all()
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    assert max(len(rows), len(columns)) == 32
    shape = len(columns) / len(rows)
    assert shape == pytest.approx(width / height, rel=0.07) or min(len(rows), len(columns)) == 1


def test_all_four_edges_of_a_picture_are_kept():
    picture = Image.new("RGB", (200, 100), (0, 0, 0))
    for x, y in ((0, 0), (180, 0), (0, 80), (180, 80)):
        picture.paste((255, 255, 0), (x, y, x + 20, y + 20))
    square = prepare(picture, CONFIG)[8:24]
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        assert square[row, column, 0] > 200
        assert square[row, column, 2] < 60


def test_other_modes_are_converted():
    grey = prepare(Image.new("L", (20, 20), 100), CONFIG)
    assert (grey == 100).all()


def test_copies_share_a_hash_and_other_pictures_do_not():
    picture = noise(400, 300)
    copy = picture.resize((200, 150), Image.Resampling.BILINEAR)
    first, second = (prepare_hashed(p, CONFIG).hash for p in (picture, copy))
    other = prepare_hashed(noise(400, 300, seed=1), CONFIG).hash
    assert (first ^ second).bit_count() <= 3
    assert (first ^ other).bit_count() > 16


def test_the_hash_is_that_of_falling_brightness():
    falling = np.linspace(255, 0, 90).astype(np.uint8)
    content = np.broadcast_to(falling[None, :, None], (80, 90, 3)).copy()
    assert difference_hash(content) == 2**64 - 1
    assert difference_hash(content[:, ::-1].copy()) == 0


def test_the_padding_is_not_in_the_hash():
    wide = noise(300, 100)
    white = TaggerConfig(input_size=32, pad_colour=(255, 255, 255))
    black = TaggerConfig(input_size=32, pad_colour=(0, 0, 0))
    assert prepare_hashed(wide, white).hash == prepare_hashed(wide, black).hash


def test_a_broken_file_gives_a_reason_that_names_it(tmp_path: Path):
    def refuse(path: Path, long_side: int) -> Image.Image:
        return Image.open(path)

    broken = tmp_path / "half.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    gone = tmp_path / "gone.png"
    for path in (broken, gone):
        reason = read_prepared(path, refuse, CONFIG)
        assert isinstance(reason, str)
        assert str(path) in reason
