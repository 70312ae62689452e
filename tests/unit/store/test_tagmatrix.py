from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.core.types import Image
from reviewer.store.images import ImageRow
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "images").mkdir()
    with Library.create(tmp_path / "workspace", tmp_path / "images") as opened:
        yield opened


def write(library: Library, name: str, tags: set[int], image_id: int | None = None) -> None:
    image = Image(0, name, 1, bytes(32))
    library.images.write([ImageRow(image_id, image, 0, frozenset(tags))])


def read(library: Library) -> dict[int, list[int]]:
    images, rows = library.images.tag_rows()
    return {image: rows.of_image(place).tolist() for place, image in enumerate(images.tolist())}


def test_the_array_files_follow_every_write(library: Library) -> None:
    assert read(library) == {}
    write(library, "a.png", {5, 1, 70_000})
    write(library, "b.png", set())
    assert read(library) == {1: [1, 5, 70_000], 2: []}
    made = library.workspace.cache / "tags" / "made.json"
    before = made.stat().st_mtime_ns
    assert read(library) == {1: [1, 5, 70_000], 2: []}
    assert made.stat().st_mtime_ns == before
    write(library, "b.png", {3}, image_id=2)
    assert read(library) == {1: [1, 5, 70_000], 2: [3]}


def test_a_cache_that_cannot_be_written_is_no_stop(library: Library) -> None:
    write(library, "a.png", {2})
    library.workspace.cache.write_text("a file where the folder should be")
    assert read(library) == {1: [2]}


def test_a_deleted_cache_is_made_again(library: Library) -> None:
    write(library, "a.png", {2})
    assert read(library) == {1: [2]}
    for path in (library.workspace.cache / "tags").iterdir():
        path.unlink()
    assert read(library) == {1: [2]}
