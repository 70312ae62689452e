from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.sources.folder import find_images
from reviewer.sources.left_out import LeftOut
from reviewer.sources.listing import ListedImages
from reviewer.sources.match import ImagesByPost
from reviewer.sources.post_blocks import post_blocks

if TYPE_CHECKING:
    from pathlib import Path

MD5 = "0123456789abcdef0123456789ABCDEF"
NAMES = [
    "512px/0001/1001.jpg",
    "512px/0002/2.JPG",
    "original/0001/1001.png",
    "original/0000/007.png",
    f"by hash/{MD5}.webp",
    f"danbooru - {'f' * 32} - miku.png",
    "e621_77.png",
    "12345678901234567890.png",
    "a/0.gif",
    "ünï.jpeg",
    "x.y.z.png",
]
OTHERS = ["readme.txt", ".hidden.png", "512px/0001/1001.json"]


@pytest.fixture
def listed(tmp_path: Path) -> ListedImages:
    for name in [*NAMES, *OTHERS]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return ListedImages(tmp_path)


def test_the_files_are_those_that_any_import_finds(listed: ListedImages, tmp_path: Path) -> None:
    assert sorted(listed.path(row) for row in range(len(listed))) == sorted(find_images(tmp_path))
    rows = listed.rows_of(NAMES)
    raw, spans = listed.paths(rows)
    assert [raw[low:high].tobytes().decode() for low, high in spans.tolist()] == NAMES
    nowhere = [*OTHERS, "512px/0002/1001.jpg", "1001.jpg"]
    assert listed.rows_of(nowhere).tolist() == [-1] * len(nowhere)


@pytest.mark.parametrize(
    ("post_id", "md5"),
    [
        (1001, None),
        (2, ""),
        ("0", None),
        (7, None),
        (55, MD5.lower()),
        (55, "f" * 32),
        (77, None),
        (4, None),
        ("12345678901234567890", None),
        ("no number", "no hash"),
        (-1, None),
    ],
)
def test_posts_find_the_file_that_dictionaries_find(
    listed: ListedImages, tmp_path: Path, post_id: int | str, md5: str | None
) -> None:
    post: dict[str, object] = {"id": post_id, "md5": md5, "tag_string": "cat"}
    (tmp_path / "posts.json").write_text(json.dumps(post))
    (block,) = (block for block in post_blocks(tmp_path) if len(block))
    (row,) = listed.find(block.ids, block.md5s, block.written).tolist()
    found = None if row < 0 else listed.path(row)
    assert found == ImagesByPost(NAMES).find(str(post_id), md5 or "")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no folder"):
        ListedImages(tmp_path / "nowhere")


def test_names_that_are_no_text_are_left_out_and_told(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff")).mkdir()
        for name in (b"\xfe.jpg", b"7.jpg", b"\xff/8.jpg"):
            (tmp_path / os.fsdecode(name)).touch()
    except (OSError, UnicodeDecodeError):
        pytest.skip("this system takes no such names")
    listed = ListedImages(tmp_path)
    assert [listed.path(row) for row in range(len(listed))] == ["7.jpg"]
    assert sorted(listed.left_out.nameless) == ["\\xfe.jpg", "\\xff/8.jpg"]
    assert ": 2, for example" in listed.left_out.sentences()[0]
    left_out = LeftOut()
    assert list(find_images(tmp_path, left_out)) == ["7.jpg"]
    assert sorted(left_out.nameless) == sorted(listed.left_out.nameless)
