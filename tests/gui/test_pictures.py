"""Decoding, the cache and the geometry of zoom."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QSize

from reviewer.ui.pictures.decoding import (
    THUMB_PX,
    Picture,
    PictureFiles,
    PictureKey,
    decode,
    fitted,
)
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.pictures.viewport import LARGEST, Viewport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

Make = Callable[..., ImageLoader]
MIB = 1 << 20


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Ten pictures of 1000 x 500 in one colour each, red rising with the number."""
    for number in range(10):
        Image.new("RGB", (1000, 500), (number * 20, 10, 200)).save(tmp_path / f"{number}.png")
    return tmp_path


@pytest.fixture
def make_loader(qtbot: QtBot, files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Makes loaders over the files, and closes them; no read is taken to hang."""
    monkeypatch.setattr("reviewer.ui.pictures.loader.HELD_S", math.inf)
    made: list[ImageLoader] = []

    def make(
        cache_bytes: int = 64 * MIB,
        threads: int = 1,
        previews: Mapping[int, tuple[Path, int]] = MappingProxyType({}),
    ) -> ImageLoader:
        loader = ImageLoader(
            lambda image_id: PictureFiles(files / f"{image_id}.png", *previews.get(image_id, ())),
            cache_bytes=cache_bytes,
            threads=threads,
        )
        made.append(loader)
        return loader

    yield make
    for loader in made:
        loader.close()


def test_a_picture_is_decoded_at_the_size_it_is_shown_in(qtbot: QtBot, make_loader: Make):
    loader = make_loader()
    key = PictureKey(3, 400, 400)
    with qtbot.waitSignal(loader.loaded) as said:
        loader.want([key])
    (picture,) = said.args
    assert picture.key == key
    assert picture.image.size() == QSize(400, 200)
    assert picture.thumb.size() == QSize(THUMB_PX, THUMB_PX // 2)
    assert picture.image.pixelColor(10, 10).getRgb()[:3] == (60, 10, 200)
    assert loader.get(key) is picture


def test_full_resolution_is_as_the_file_is(qtbot: QtBot, make_loader: Make):
    loader = make_loader()
    with qtbot.waitSignal(loader.loaded) as said:
        loader.want([PictureKey(0)])
    assert said.args[0].image.size() == QSize(1000, 500)


def test_the_most_urgent_comes_first_and_the_unwanted_never(
    qtbot: QtBot, make_loader: Make, monkeypatch: pytest.MonkeyPatch
):
    begun, may_end = threading.Event(), threading.Event()

    def decode_when_told(key: PictureKey, files: PictureFiles) -> Picture:
        begun.set()
        may_end.wait()
        return decode(key, files)

    monkeypatch.setattr("reviewer.ui.pictures.loader.decode", decode_when_told)
    loader = make_loader()
    order: list[int] = []
    loader.loaded.connect(lambda picture: order.append(picture.key.image_id))
    loader.want([PictureKey(number, 300, 300) for number in (0, 1, 2, 3)])
    begun.wait()
    # What has begun is finished; the rest is dropped for the new wishes.
    loader.want([PictureKey(number, 300, 300) for number in (9, 8)])
    may_end.set()
    qtbot.waitUntil(lambda: {8, 9} <= set(order))
    assert order == [0, 9, 8]


def test_the_cache_stays_within_its_bytes(qtbot: QtBot, make_loader: Make):
    one = 600 * 300 * 4
    loader = make_loader(cache_bytes=3 * one)
    keys = [PictureKey(number, 600, 300) for number in range(6)]
    for key in keys:
        with qtbot.waitSignal(loader.loaded):
            loader.want([key])
    held = [key for key in keys if loader.get(key) is not None]
    assert held == keys[-len(held) :]
    assert sum(loader.get(key).cost for key in held) <= 3 * one


def test_what_comes_next_is_forgotten_last_however_early_it_was_decoded(
    qtbot: QtBot, make_loader: Make
):
    one = 400 * 300 * 4
    loader = make_loader(cache_bytes=3 * one)
    seen: list[PictureKey] = []
    loader.loaded.connect(lambda picture: seen.append(picture.key))
    keys = [PictureKey(image_id, 400, 400) for image_id in (1, 2, 3, 4)]
    for count in (1, 2, 3):
        loader.want(keys[:count])
        qtbot.waitUntil(lambda count=count: len(seen) == count)
    loader.want([keys[0], keys[3]])
    qtbot.waitUntil(lambda: len(seen) == 4)
    assert loader.get(keys[0]) is not None, "it is the next one"


def test_a_broken_file_is_told_once(qtbot: QtBot, make_loader: Make, files: Path):
    (files / "4.png").write_bytes(b"no picture at all")
    loader = make_loader()
    told: list[tuple[int, str]] = []
    loader.failed.connect(lambda image_id, problem: told.append((image_id, problem)))
    for number in (5, 6, 7):
        # One thread, the most urgent first: what comes second was tried after what is broken.
        with qtbot.waitSignal(loader.loaded):
            loader.want([PictureKey(4, 300, 300), PictureKey(number, 300, 300)])
    ((image_id, problem),) = told
    assert image_id == 4
    assert "4.png" in problem


def test_nothing_is_told_after_the_end(qtbot: QtBot, make_loader: Make):
    loader = make_loader()
    loader.want([PictureKey(number, 900, 900) for number in range(10)])
    loader.close()
    with qtbot.assertNotEmitted(loader.loaded, wait=100):
        loader.want([PictureKey(1, 200, 200)])


def test_a_preview_stands_for_its_original_until_more_is_needed(
    qtbot: QtBot, make_loader: Make, files: Path
):
    preview = files / "preview.jpg"
    Image.new("RGB", (500, 250), (250, 0, 0)).save(preview)
    loader = make_loader(previews={1: (preview, 500)})
    for key, red in ((PictureKey(1, 400, 400), 250), (PictureKey(1, 900, 900), 20)):
        with qtbot.waitSignal(loader.loaded) as said:
            loader.want([key])
        assert abs(said.args[0].image.pixelColor(10, 10).red() - red) < 8
    with qtbot.waitSignal(loader.loaded) as said:
        loader.want([PictureKey(1)])
    assert said.args[0].image.size() == QSize(1000, 500)


def test_a_torn_preview_is_no_reason_to_set_an_image_aside(
    qtbot: QtBot, make_loader: Make, files: Path
):
    preview = files / "preview.jpg"
    preview.write_bytes(b"\xff\xd8\xff torn")
    loader = make_loader(previews={1: (preview, 500)})
    with qtbot.waitSignal(loader.loaded) as said:
        loader.want([PictureKey(1, 400, 400)])
    assert said.args[0].image.pixelColor(10, 10).red() == 20


def test_a_folder_that_hangs_stops_neither_previews_nor_closing(
    qtbot: QtBot, make_loader: Make, files: Path
):
    (files / "0.png").unlink()
    # Opening a pipe that nobody writes to never returns, like a read from a dead network folder.
    os.mkfifo(files / "0.png")
    preview = files / "preview.jpg"
    Image.new("RGB", (500, 250), (250, 0, 0)).save(preview)
    loader = make_loader(previews={1: (preview, 500)})
    loader.want([PictureKey(0, 400, 400)])
    with qtbot.waitSignal(loader.loaded) as said:
        loader.want([PictureKey(0, 400, 400), PictureKey(2, 400, 400), PictureKey(1, 400, 400)])
    assert said.args[0].key.image_id == 1
    loader.close()


def test_other_threads_decode_what_waits_behind_reads_that_hang(
    qtbot: QtBot, make_loader: Make, monkeypatch: pytest.MonkeyPatch
):
    may_end = threading.Event()

    def decode_when_it_comes(key: PictureKey, files: PictureFiles) -> Picture:
        if key.image_id in {0, 1}:
            may_end.wait()
        return decode(key, files)

    monkeypatch.setattr("reviewer.ui.pictures.loader.HELD_S", 0.0)
    monkeypatch.setattr("reviewer.ui.pictures.loader.LOOK_MS", 10)
    monkeypatch.setattr("reviewer.ui.pictures.loader.decode", decode_when_it_comes)
    loader = make_loader()
    keys = [PictureKey(number, 400, 400) for number in range(5)]
    loader.want(keys)
    qtbot.waitUntil(lambda: all(loader.get(key) is not None for key in keys[2:]))
    assert [loader.get(key) for key in keys[:2]] == [None, None]
    may_end.set()
    qtbot.waitUntil(lambda: all(loader.get(key) is not None for key in keys))


def test_fitted_keeps_the_shape_and_stays_inside():
    assert fitted(QSize(1000, 500), 400, 400) == QSize(400, 200)
    assert fitted(QSize(10, 4000), 400, 400) == QSize(1, 400)


def test_a_small_picture_is_zoomed_from_the_size_that_it_has_on_screen():
    icon, view = QSize(32, 16), (800.0, 600.0)
    shown = fitted(icon, 800, 600).width() / icon.width()
    port = Viewport(view=view, picture=(32.0, 16.0))
    assert port.place().width == shown * icon.width()
    port.zoom_by(1.25, (400.0, 300.0))
    assert port.zoom == pytest.approx(1.25 * shown)
    port.reset()
    port.toggle((400.0, 300.0))
    assert port.zoom == pytest.approx(2 * shown)


SIDES = st.floats(min_value=50, max_value=5000)


@given(SIDES, SIDES, SIDES, SIDES)
def test_a_fitted_picture_is_centred_and_inside(
    width: float, height: float, view_width: float, view_height: float
):
    port = Viewport(view=(view_width, view_height), picture=(width, height))
    place = port.place()
    assert place.width <= view_width * 1.0001
    assert place.height <= view_height * 1.0001
    assert place.left + place.width / 2 == pytest.approx(view_width / 2)
    assert place.top + place.height / 2 == pytest.approx(view_height / 2)


@given(
    SIDES,
    SIDES,
    st.lists(st.tuples(st.floats(0.5, 2.0), st.floats(0, 1), st.floats(0, 1)), max_size=8),
    st.floats(-900, 900),
)
def test_no_zoom_and_no_pan_leaves_a_gap(
    width: float, height: float, steps: list[tuple[float, float, float]], moved: float
):
    port = Viewport(view=(800, 600), picture=(width, height))
    for factor, x, y in steps:
        port.zoom_by(factor, (x * 800, y * 600))
    port.pan(moved, -moved)
    place = port.place()
    for low, length, view in ((place.left, place.width, 800), (place.top, place.height, 600)):
        if length >= view:
            assert low <= 0.01
            assert low + length >= view - 0.01
        else:
            assert low + length / 2 == pytest.approx(view / 2, abs=0.01)
    assert port.zoom is None or port.zoom <= max(LARGEST, port.fitted_scale)


def test_what_is_under_the_pointer_stays_there():
    port = Viewport(view=(800, 600), picture=(4000, 3000))
    before = port.place()
    spot = ((300 - before.left) / before.width, (200 - before.top) / before.height)
    port.toggle((300, 200))
    after = port.place()
    assert port.zoom == 1.0
    assert after.left + spot[0] * after.width == pytest.approx(300)
    assert after.top + spot[1] * after.height == pytest.approx(200)
    port.toggle((300, 200))
    assert port.zoom is None
