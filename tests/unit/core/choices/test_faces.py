from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.choices.faces import WHOLE, Box, clipped, part_of

SIDES = st.integers(1, 4000)


@given(st.integers(40, 4000), st.integers(40, 4000), st.floats(0.2, 1.0))
def test_a_box_lies_in_a_smaller_copy_where_it_lies_in_the_file(
    width: int, height: int, scale: float
) -> None:
    box = Box(width // 4, height // 4, width // 4 + width // 2 + 1, height // 4 + height // 2 + 1)
    box = clipped(box, width, height) or box
    opened = (max(round(width * scale), 1), max(round(height * scale), 1))
    part = part_of(box, (width, height), opened)
    # A side is rounded to a pixel, and the scale is that of the side that was rounded up: of a
    # narrow picture half a pixel of the short side is many of the long one.
    slight = 0.5 / min(opened)
    for share, edge, whole, small in zip(part, box, (width, height) * 2, opened * 2, strict=True):
        assert share == pytest.approx(edge / whole, abs=slight + 1 / small)


def test_a_box_of_a_padded_square_is_found_without_its_bars() -> None:
    # A drawing of 512 x 256 in the middle of a square; opened without the bars, at half the size.
    box = Box(128, 192, 256, 320)
    assert part_of(box, (512, 512), (256, 128)) == (0.25, 0.25, 0.5, 0.75)


def test_a_margin_is_added_within_the_picture() -> None:
    assert part_of(Box(20, 0, 40, 40), (100, 100), (100, 100), 0.25) == (0.1, 0.0, 0.5, 0.5)


@pytest.mark.parametrize(
    "box",
    [None, Box(200, 200, 220, 220), Box(200, 10, 220, 30), Box(10, 200, 30, 220)],
)
def test_without_a_box_in_the_picture_all_of_it_is_meant(box: Box | None) -> None:
    assert part_of(box, (100, 100), (100, 100)) == WHOLE


def test_a_size_that_is_not_known_gives_the_whole() -> None:
    assert part_of(Box(1, 1, 2, 2), (0, 0), (100, 100)) == WHOLE


@given(st.tuples(*[st.integers(-50, 150)] * 4), SIDES, SIDES)
def test_a_clipped_box_lies_in_its_image(
    edges: tuple[int, int, int, int], width: int, height: int
) -> None:
    found = clipped(Box(*edges), width, height)
    if found is None:
        left, top, right, bottom = edges
        assert min(right, width) <= max(left, 0) or min(bottom, height) <= max(top, 0)
    else:
        assert 0 <= found.left < found.right <= width
        assert 0 <= found.top < found.bottom <= height
