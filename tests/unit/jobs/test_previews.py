"""Previews of large originals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from reviewer.core.queues import Ranking
from reviewer.jobs.context import Silent
from reviewer.jobs.images.previews import asked_first, make_previews
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from reviewer.store.previews import PREVIEW_PX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def ranking_of(queues: dict[int, list[int]]) -> Ranking:
    images = [image for queue in queues.values() for image in queue]
    count = len(images)
    return Ranking(
        tags=np.array(list(queues), np.int64),
        offsets=np.cumsum([0, *map(len, queues.values())], dtype=np.int64),
        images=np.array(images, np.int64),
        sides=np.zeros(count, np.uint8),
        scores=np.full(count, 0.5, np.float32),
        suspicions=np.full(count, 0.5, np.float32),
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Two large pictures, one of them broken in the middle, and a small one; all asked about."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, size in (("a", (3000, 2000)), ("b", (2000, 3000)), ("c", (400, 300))):
        Image.new("RGB", size, (200, 40, 40)).save(folder / f"{name}.png")
        (folder / f"{name}.txt").write_text("red", encoding="utf-8")
    damaged = bytearray((folder / "b.png").read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 200] = b"\xff" * 200
    (folder / "b.png").write_bytes(damaged)
    with Library.create(tmp_path / "workspace", folder) as opened:
        import_folder(opened, Silent())
        ids = [image_id for image_id, _, _ in opened.images.askable()]
        opened.rankings.save(ranking_of({1: ids}))
        yield opened


def test_only_large_images_get_a_preview_and_only_once(library: Library) -> None:
    assert make_previews(library, Silent()).summary == {"previews": 1}
    (path,) = library.workspace.cache.glob("previews/*/*")
    with Image.open(path) as picture:
        assert picture.size == (PREVIEW_PX, round(PREVIEW_PX * 2 / 3))
    image = next(entry for entry, _ in library.images.rows() if entry.path == "a.png")
    assert library.previews.place(image.sha256) == path
    assert make_previews(library, Silent()).summary == {"previews": 0}


def test_the_oldest_go_first(library: Library) -> None:
    for number in range(4):
        library.previews.save(bytes([number]) * 32, Image.new("RGB", (64, 64)))
    size = library.previews.place(bytes(32)).stat().st_size
    assert library.previews.drop_oldest(2 * size) == 2
    left = [library.previews.place(bytes([number]) * 32).exists() for number in range(4)]
    assert left == [False, False, True, True]


def test_heads_of_all_queues_come_first() -> None:
    assert asked_first(ranking_of({1: [5, 6, 7], 2: [8, 5, 9]}), each=2) == [5, 8, 6]
