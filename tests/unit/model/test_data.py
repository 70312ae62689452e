from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from model import data
from model.config import TaggerConfig
from model.data import KeptPictures, Pictures, Reader, augment, open_pictures, to_input
from model.images import OpenImage, prepare
from tests.unit.model.drawings import Drawn, open_plain

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = TaggerConfig(input_size=32)


def opened(drawn: Drawn, folder: Path, cache_bytes: int = 10**9, opener: OpenImage = open_plain):
    told: list[tuple[int, int]] = []
    found = open_pictures(
        drawn.paths,
        opener,
        CONFIG,
        folder,
        cache_bytes=cache_bytes,
        workers=2,
        told=lambda *step: told.append(step),
    )
    return found, told


def all_of(pictures: Pictures, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    batches = list(pictures.batches(order, 7))
    indices = np.concatenate([batch.indices for batch in batches])
    return indices, np.concatenate([batch.pixels for batch in batches])


def test_kept_and_decoded_pictures_are_the_same_and_in_the_order_asked_for(
    drawn: Drawn, tmp_path: Path
):
    kept, told = opened(drawn, tmp_path / "kept")
    decoded, _ = opened(drawn, tmp_path / "decoded", cache_bytes=0)
    assert isinstance(kept.pictures, KeptPictures)
    assert isinstance(decoded.pictures, Reader)
    assert told[-1] == (len(drawn.paths), len(drawn.paths))
    order = np.random.default_rng(0).permutation(len(drawn.paths))
    left, right = all_of(kept.pictures, order), all_of(decoded.pictures, order)
    np.testing.assert_array_equal(left[0], order)
    np.testing.assert_array_equal(left[0], right[0])
    np.testing.assert_array_equal(left[1], right[1])
    expected = prepare(open_plain(drawn.paths[order[3]], 32), CONFIG)
    np.testing.assert_array_equal(left[1][3], expected)


def test_pictures_for_which_the_disk_has_no_room_are_decoded_each_time(
    drawn: Drawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept, _ = opened(drawn, tmp_path / "work")
    monkeypatch.setattr(data, "ROOM_LEFT", 10**18)
    # What is kept already takes no more room.
    assert isinstance(opened(drawn, tmp_path / "work")[0].pictures, KeptPictures)
    decoded, _ = opened(drawn, tmp_path / "full")
    assert isinstance(kept.pictures, KeptPictures)
    assert not isinstance(decoded.pictures, KeptPictures)
    assert not list((tmp_path / "full").glob("pictures-*"))
    assert np.array_equal(kept.hashes, decoded.hashes)


def test_decoding_that_was_cut_off_goes_on_where_it_was(drawn: Drawn, tmp_path: Path):
    calls: list[Path] = []

    def interrupted(path: Path, long_side: int) -> Image.Image:
        calls.append(path)
        if path == drawn.paths[50]:
            raise KeyboardInterrupt
        return open_plain(path, long_side)

    with pytest.raises(KeyboardInterrupt):
        opened(drawn, tmp_path, opener=interrupted)

    calls.clear()

    def counted(path: Path, long_side: int) -> Image.Image:
        calls.append(path)
        return open_plain(path, long_side)

    found, _ = opened(drawn, tmp_path, opener=counted)
    assert set(calls) == set(drawn.paths[50:])
    _, pixels = all_of(found.pictures, np.arange(len(drawn.paths)))
    np.testing.assert_array_equal(pixels[4], prepare(open_plain(drawn.paths[4], 32), CONFIG))


def test_a_changed_file_is_read_again(drawn: Drawn, tmp_path: Path):
    opened(drawn, tmp_path)
    changed = Image.new("RGB", (30, 30), (1, 2, 3))
    path = tmp_path / "one.png"
    changed.save(path)
    paths = [path, *drawn.paths[1:]]
    found, _ = opened(Drawn(drawn.folder, paths, drawn.pairs), tmp_path)
    _, pixels = all_of(found.pictures, np.array([0]))
    assert (pixels == (1, 2, 3)).all()


@pytest.mark.parametrize("cache_bytes", [0, 10**9])
def test_broken_images_are_reported_and_left_out(drawn: Drawn, tmp_path: Path, cache_bytes: int):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not an image")
    paths = [*drawn.paths[:5], broken, *drawn.paths[5:9], tmp_path / "gone.png"]
    mixed = Drawn(drawn.folder, paths, [])
    for _ in range(2):
        found, _ = opened(mixed, tmp_path / "work", cache_bytes)
        assert [failure.position for failure in found.failures] == [5, 10]
        assert "broken.png" in found.failures[0].reason
        assert found.readable.tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9]


def test_input_is_normalised_as_the_config_says():
    config = TaggerConfig(input_size=16, mean=(0.2, 0.4, 0.6), std=(0.5, 0.25, 0.1))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    x = to_input(pixels, config, torch.device("cpu"))
    assert x.shape == (2, 3, 16, 16)
    assert x.is_contiguous(memory_format=torch.channels_last)
    expected = (pixels / 255 - np.array(config.mean)) / np.array(config.std)
    np.testing.assert_allclose(x.permute(0, 2, 3, 1).numpy(), expected, atol=1e-5)


def test_augmentation_cuts_nothing_off_and_varies():
    config = TaggerConfig(input_size=32, pad_colour=(255, 255, 255))
    pixels = np.full((64, 32, 32, 3), 255, dtype=np.uint8)
    for row, column in ((0, 0), (0, 26), (26, 0), (26, 26)):
        pixels[:, row : row + 6, column : column + 6] = (255, 0, 0)
    x = to_input(pixels, config, torch.device("cpu"))
    draws = torch.rand((64, 4), generator=torch.Generator().manual_seed(0))
    y = augment(x, config, draws)
    assert y.shape == x.shape
    pad = to_input(np.full((1, 1, 1, 3), 255, np.uint8), config, torch.device("cpu"))
    before = (x - pad).abs().sum(dim=(1, 2, 3))
    after = (y - pad).abs().sum(dim=(1, 2, 3))
    # All four corner marks stay: a picture that shrinks by s keeps s^2 of its ink, 0.85^2 = 0.72.
    assert (after / before).min() > 0.68
    assert (after / before).max() < 1.05
    quarters = [
        y[:, :, rows, columns] - pad
        for rows in (slice(16), slice(16, 32))
        for columns in (slice(16), slice(16, 32))
    ]
    assert all((part.abs().sum(dim=(1, 2, 3)) > 10).all() for part in quarters)
    assert y.std(dim=0).mean() > 0.01
    assert torch.equal(y, augment(x, config, draws))
