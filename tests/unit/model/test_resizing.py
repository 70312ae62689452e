from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from model.config import Resample, TaggerConfig
from model.images import prepare_hashed
from model.resizing import WORTHWHILE, compiled_resize, pillow_resize, resize_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = st.integers(1, 120)
FITS = ["inside", "square", "stretch", "crop"]


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def both(
    picture: Image.Image, size: tuple[int, int], resample: Resample, gap: float | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return (
        compiled_resize(picture, size, resample, gap),
        pillow_resize(picture, size, resample, gap),
    )


@given(
    st.tuples(SIDES, SIDES),
    st.tuples(SIDES, SIDES),
    st.sampled_from(get_args(Resample)),
    st.sampled_from([None, 2.0, 3.0]),
    st.integers(0, 1000),
)
def test_every_bit_is_that_of_pillow(
    before: tuple[int, int],
    after: tuple[int, int],
    resample: Resample,
    gap: float | None,
    seed: int,
):
    ours, pillows = both(noise(*before, seed), after, resample, gap)
    assert np.array_equal(ours, pillows)


@given(
    st.tuples(SIDES, SIDES),
    st.floats(0.34, 3.0),
    st.sampled_from(["bicubic", "bilinear", "box"]),
    st.integers(0, 1000),
)
def test_every_bit_is_that_of_pillow_where_the_shape_is_kept(
    before: tuple[int, int], scale: float, resample: Resample, seed: int
):
    width, height = (max(round(side * scale), 1) for side in before)
    ours, pillows = both(noise(*before, seed), (width, height), resample, 3.0)
    assert np.array_equal(ours, pillows)


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (90, 400), (40, 30)])
def test_pictures_are_prepared_the_same_either_way(fit: str, size: tuple[int, int]):
    config = TaggerConfig.from_json({"input_size": 112, "fit": fit, "crop_from": 128})
    ours, pillows = (
        prepare_hashed(noise(*size), config, resize) for resize in (compiled_resize, pillow_resize)
    )
    assert ours.hash == pillows.hash
    assert np.array_equal(ours.pixels, pillows.pixels)


def test_a_picture_in_a_view_of_memory_is_resized_too():
    flipped = Image.fromarray(np.asarray(noise(64, 48))[::-1])
    ours, pillows = both(flipped, (40, 30), "bicubic", None)
    assert np.array_equal(ours, pillows)


def test_what_comes_out_is_a_picture_of_its_own_in_one_piece():
    ours, _ = both(noise(64, 48), (40, 30), "bicubic", None)
    assert ours.flags.c_contiguous
    assert ours.flags.writeable
    assert ours.shape == (30, 40, 3)


def test_few_pictures_do_not_pay_for_compiling():
    assert resize_for(WORTHWHILE - 1) is pillow_resize
    assert resize_for(WORTHWHILE) is compiled_resize
