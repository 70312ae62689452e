"""A training copy of real files: sizes, backgrounds, junk, and going on after a stop."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from reviewer.core.errors import UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.images.rescaling import Background, Copying, Fit, junk, rescale, shrink
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def noise(size: tuple[int, int]) -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def lines(colour: tuple[int, int, int]) -> Image.Image:
    """A drawing in lines of one colour on nothing."""
    art = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    for y in range(20, 190, 24):
        art.paste((*colour, 255), (10, y, 290, y + 6))
    return art


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "images"
    folder.mkdir()
    noise((900, 600)).save(folder / "wide.png")
    noise((90, 60)).save(folder / "small.png")
    lines((0, 0, 0)).save(folder / "black.png")
    lines((255, 255, 255)).save(folder / "white.png")
    Image.new("RGB", (300, 300), (255, 254, 255)).save(folder / "blank.png")
    damaged = bytearray((folder / "wide.png").read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 90] = b"\xff" * 90
    (folder / "broken.png").write_bytes(damaged)
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        yield opened


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def table(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return dict(rows[1:])


def test_copies_are_small_bucketed_and_listed(library: Library, tmp_path: Path) -> None:
    target = tmp_path / "512px"
    done = rescale(library, Silent(), target, Copying(size=128, background=Background.OPPOSITE))
    assert (done.summary["copied"], done.summary["dropped"]) == (4, 2)
    assert float(done.summary["of_decoding"]) > 0
    dropped = table(target / "dropped.csv")
    assert dropped["blank.png"] == "almost all white"
    assert "broken" in dropped["broken.png"]
    copies = {original: target / copy for copy, original in table(target / "copies.csv").items()}
    assert {name: size_of(path) for name, path in copies.items()} == {
        "wide.png": (128, 85),
        "small.png": (90, 60),
        "black.png": (128, 85),
        "white.png": (128, 85),
    }
    for name, path in copies.items():
        number = int(path.stem)
        assert path.parent.name == f"{number % 1000:04}"
        with Image.open(path) as copy:
            shades = np.asarray(copy.convert("L"))
        # On the background most opposite to it neither drawing vanishes.
        assert name not in {"black.png", "white.png"} or shades.std() > 20


def test_a_second_run_copies_only_what_is_not_there(library: Library, tmp_path: Path) -> None:
    how = Copying(size=64)
    rescale(library, Silent(), tmp_path / "out", how)
    first = sorted((tmp_path / "out").rglob("*.jpg"))
    stamps = [path.stat().st_mtime_ns for path in first]
    first[0].unlink()
    again = rescale(library, Silent(), tmp_path / "out", how)
    assert again.summary["copied"] == 1
    assert again.summary["there"] == len(first) - 1
    assert [path.stat().st_mtime_ns for path in first[1:]] == stamps[1:]


@pytest.mark.parametrize(
    ("fit", "expected"), [(Fit.PAD, (256, 256)), (Fit.SHORT, (384, 256)), (Fit.INSIDE, (256, 171))]
)
def test_each_fit(fit: Fit, expected: tuple[int, int]) -> None:
    assert shrink(noise((900, 600)), Copying(size=256, fit=fit)).size == expected


def test_white_is_the_usual_ground() -> None:
    drawn = np.asarray(shrink(lines((0, 0, 0)), Copying(size=200)))
    assert drawn.max() == 255
    assert drawn.min() < 40
    hidden = shrink(lines((255, 255, 255)), Copying(size=200))
    assert junk(hidden) == "almost all white"
    seen = shrink(lines((255, 255, 255)), Copying(size=200, background=Background.OPPOSITE))
    assert junk(seen) == ""


def test_never_among_the_originals(library: Library) -> None:
    with pytest.raises(UsageError, match="inside the folder of the images"):
        rescale(library, Silent(), library.folder / "small", Copying())
