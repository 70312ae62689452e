"""Copies are found in a real collection: imported, scanned, compared."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reviewer.jobs.context import Silent
from reviewer.jobs.images.copies import ALL_PAIRS, NEXT_FEW, candidate_pairs, find_copies
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare
from reviewer.sample.compose import compose
from reviewer.sample.render import draw

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

CHOICES = TrainChoices(epochs=2, minimum=10, input_size=32, batch_size=16, device="cpu")

Shapes = tuple["Library", dict[str, frozenset[str]]]


@pytest.fixture
def copied(shapes: Shapes) -> Library:
    """Shapes, with a drawing three times: as it is, saved again smaller, and with a mark."""
    library, _ = shapes
    picture = draw(compose(7, 9)).image
    picture.save(library.folder / "drawing.png")
    width, height = (round(length * 0.8) for length in picture.size)
    smaller = picture.resize((width, height), Image.Resampling.LANCZOS)
    smaller.save(library.folder / "smaller.jpg", quality=90)
    marked = picture.copy()
    side = picture.width // 12
    ImageDraw.Draw(marked).ellipse((40, 60, 40 + side, 60 + side), fill=(230, 20, 60))
    marked.save(library.folder / "marked.png")
    with (library.folder / "tags.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            (name, "circle") for name in ("drawing.png", "smaller.jpg", "marked.png")
        )
    prepare(library, Silent(), CHOICES)
    return library


def by_name(library: Library) -> dict[str, int]:
    return {path: image_id for image_id, path, _ in library.images.askable()}


def test_copies_are_found_and_variants_are_not(copied: Library) -> None:
    ids = by_name(copied)
    assert copied.copies.of(ids["drawing.png"]) == [ids["smaller.jpg"]]
    assert copied.copies.of(ids["smaller.jpg"]) == [ids["drawing.png"]]
    # The mark is small enough for the hash, which made it a candidate.
    pair = tuple(sorted((ids["drawing.png"], ids["marked.png"])))
    assert pair in copied.copies.compared()
    assert copied.copies.of(ids["marked.png"]) == []


def test_nothing_is_compared_twice_unless_a_file_changed(copied: Library) -> None:
    assert find_copies(copied, Silent()).summary["compared"] == 0
    ids = by_name(copied)
    path = copied.folder / "smaller.jpg"
    Image.new("RGB", (64, 80), (10, 200, 30)).save(path)
    prepare(copied, Silent(), CHOICES)
    assert copied.copies.of(ids["drawing.png"]) == []


def test_a_file_that_is_broken_by_now_is_no_copy(copied: Library, tmp_path: Path) -> None:
    ids = by_name(copied)
    copied.copies.forget(list(copied.copies.compared()))
    (copied.folder / "smaller.jpg").write_bytes(b"no picture")
    assert int(find_copies(copied, Silent()).summary["compared"]) >= 2
    assert copied.copies.of(ids["drawing.png"]) == []


def test_candidates_are_pairs_within_groups() -> None:
    images = np.array([10, 20, 30, 40, 50])
    groups = np.array([1, 0, 1, 2, 1])
    assert list(candidate_pairs(images, groups)) == [(10, 30), (10, 50), (30, 50)]
    assert list(candidate_pairs(images[:0], groups[:0])) == []


def test_a_large_group_is_not_compared_each_with_each() -> None:
    count = 1000
    pairs = list(candidate_pairs(np.arange(count), np.zeros(count, int)))
    assert len(pairs) <= count * NEXT_FEW
    assert len(list(candidate_pairs(np.arange(ALL_PAIRS), np.zeros(ALL_PAIRS, int)))) == 66


def test_nothing_is_compared_while_the_drive_is_not_there(copied: Library) -> None:
    """A pair that could not be opened would never be compared again."""
    away = copied.folder.with_name("away")
    copied.folder.rename(away)
    assert find_copies(copied, Silent()).summary == {"copies": 0, "compared": 0}
    away.rename(copied.folder)
    assert find_copies(copied, Silent()).summary["copies"] > 0
