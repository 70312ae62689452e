from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.folder import find_images, read_folder, source_for
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path

MD5 = "0123456789abcdef" * 2
DANBOORU = {
    "id": "501",
    "score": "3",
    "source": None,
    "md5": MD5,
    "rating": "s",
    "tag-string": "1girl miku someone highres",
    "tag-string-general": "1girl",
    "tag-string-character": "miku",
    "tag-string-copyright": None,
    "tag-string-artist": "someone",
    "tag-string-meta": "highres",
    "tag-count-general": "1",
    "file-url": f"https://danbooru.donmai.us/data/{MD5}.jpg",
}
E621 = {
    "id": 602,
    "file": {"md5": "f" * 32, "url": "https://static1.e621.net/data/ff/ff/x.png"},
    "score": {"up": 3, "down": -1, "total": 2},
    "rating": "e",
    "sources": ["https://example.org"],
    "tags": {
        "general": ["solo", "^_^"],
        "species": ["wolf"],
        "character": [],
        "artist": ["painter"],
        "contributor": ["colourist"],
        "invalid": ["typo_tag"],
        "lore": ["secret_(lore)"],
        "meta": ["hi_res"],
    },
}
GELBOORU = {
    "id": "703",
    "score": "0",
    "rating": "questionable",
    "md5": "e" * 32,
    "tags": " 2boys fate_(series) rating:e ",
    "file_url": "https://img3.gelbooru.com/images/ee/ee/x.jpg",
}
POSTS = [DANBOORU, E621, GELBOORU]


def lines(posts: list[dict[str, object]]) -> str:
    return "".join(json.dumps(post) + "\n" for post in posts)


def read(folder: Path):
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == "posts"
    return read_folder(folder, images, source)


def draw_all(folder: Path) -> None:
    draw(folder / "a" / f"danbooru - {MD5} - miku.png", 1)
    draw(folder / "602.png", 2)
    draw(folder / "gelbooru_703_some text.png", 3)
    draw(folder / "nothing.png", 4)


SHAPES = {
    "lines": lines(POSTS),
    "array": json.dumps(POSTS),
    "pretty array": json.dumps(POSTS, indent=2),
    "answer": json.dumps({"posts": POSTS}),
    "pretty answer": json.dumps({"@attributes": {"count": 3}, "post": POSTS}, indent=2),
    "pages": "".join(json.dumps({"posts": [post]}) + "\n" for post in POSTS),
    "with a mark": "\ufeff" + json.dumps(POSTS),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_posts_are_read_in_every_shape_in_which_they_are_saved(tmp_path: Path, shape: str) -> None:
    draw_all(tmp_path)
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "saved.json").write_text(SHAPES[shape], encoding="utf-8")
    reading = read(tmp_path)
    assert {
        name: (r.site, r.remote_id, r.rating, r.rating_scheme, r.score)
        for name, r in reading.records.items()
    } == {
        f"a/danbooru - {MD5} - miku.png": ("danbooru", "501", "s", "sqe", 3),
        "602.png": ("e621", "602", "e", "sqe", 2),
        "gelbooru_703_some text.png": ("gelbooru", "703", "q", "gsqe", 0),
    }
    assert reading.records["602.png"].tags == {
        *("solo", "^_^", "wolf", "painter", "colourist", "typo_tag", "secret_(lore)", "hi_res")
    }
    assert reading.records["gelbooru_703_some text.png"].tags == {
        *("2boys", "fate_(series)", "rating:e")
    }
    assert reading.notes == []


def test_categories_of_e621_become_the_five(tmp_path: Path) -> None:
    draw_all(tmp_path)
    (tmp_path / "posts.jsonl").write_text(lines(POSTS))
    kinds = read(tmp_path).categories
    assert {name: kinds[name] for name in ("wolf", "colourist", "secret_(lore)", "typo_tag")} == {
        "wolf": Category.GENERAL,
        "colourist": Category.ARTIST,
        "secret_(lore)": Category.META,
        "typo_tag": Category.META,
    }
    assert kinds["miku"] is Category.CHARACTER
    assert kinds["someone"] is Category.ARTIST
    assert "2boys" not in kinds


def test_a_post_without_an_image_is_counted(tmp_path: Path) -> None:
    draw(tmp_path / "602.png", 1)
    (tmp_path / "posts.jsonl").write_text(lines(POSTS))
    assert read(tmp_path).notes == ["2 posts in the metadata have no image here."]


def test_a_number_in_two_file_names_belongs_to_neither(tmp_path: Path) -> None:
    draw(tmp_path / "set 602 a.png", 1)
    draw(tmp_path / "set 602 b.png", 2)
    (tmp_path / "posts.jsonl").write_text(lines([E621]))
    assert read(tmp_path).records == {}


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    draw_all(tmp_path)
    (tmp_path / "posts.jsonl").write_text(lines([E621]) + '{"id": 5, "tags"')
    with pytest.raises(SourceError, match=r"posts\.jsonl, line 2 is not JSON"):
        read(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "3", '{"posts": 7}', '{"id": 3}', "[[[[", "\xff", '[{"tags": 5}]']
)
def test_other_json_is_left_alone(tmp_path: Path, text: str) -> None:
    draw_all(tmp_path)
    (tmp_path / "other.json").write_bytes(text.encode("latin-1"))
    assert source_for(tmp_path, find_images(tmp_path)).name == "untagged"
