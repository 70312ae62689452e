from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reviewer.core.types import Category
from reviewer.sources.folder import find_images, others_there, read_folder, source_for
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path

DANBOORU = {
    "category": "danbooru",
    "subcategory": "tag",
    "id": 7001,
    "rating": "s",
    "score": 12,
    "md5": "0" * 32,
    "source": "https://example.org/1",
    "tag_string": "1girl ^_^ miku",
    "tag_string_general": "1girl ^_^",
    "tags": ["1girl", "^_^", "miku"],
    "tags_general": ["1girl", "^_^"],
    "tags_character": ["miku"],
    "tags_artist": [],
}
E621 = {
    "category": "e621",
    "id": 9,
    "rating": "q",
    "score": {"up": 5, "down": -1, "total": 4},
    "sources": ["https://example.org/2", "https://example.org/3"],
    "file": {"md5": "1" * 32},
    "tags": ["wolf", "solo", "someone"],
    "tags_species": ["wolf"],
    "tags_general": ["solo"],
    "tags_contributor": ["someone"],
}
GELBOORU = {
    "category": "gelbooru",
    "id": 33,
    "rating": "sensitive",
    "score": "8",
    "tags": "1girl fate_(series) highres",
    "tags_general": "1girl",
    "tags_copyright": "fate_(series)",
    "tags_metadata": "highres",
}
PHILOMENA = {
    "category": "derpibooru",
    "id": 44,
    "tags": ["artist:some one", "Twilight Sparkle", "a,b", "safe"],
}
SZURUBOORU = {
    "category": "szurubooru",
    "id": 55,
    "safety": "sketchy",
    "version": 3,
    "tags": ["初音ミク", ":d"],
    "tags_default": [":d"],
    "tags_character": ["初音ミク"],
}


def write(folder: Path, **posts: dict[str, object]) -> None:
    for number, (name, post) in enumerate(posts.items()):
        draw(folder / f"{name}.png", number)
        (folder / f"{name}.png.json").write_text(
            json.dumps(post, indent=4, ensure_ascii=False), encoding="utf-8"
        )


def read(folder: Path):
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == "gallery-dl"
    return read_folder(folder, images, source)


def test_posts_of_five_sites_are_read_with_what_they_tell(tmp_path: Path) -> None:
    write(tmp_path, d=DANBOORU, e=E621, g=GELBOORU, p=PHILOMENA, z=SZURUBOORU)
    reading = read(tmp_path)
    records = reading.records
    assert {name: set(record.tags) for name, record in records.items()} == {
        "d.png": {"1girl", "^_^", "miku"},
        "e.png": {"wolf", "solo", "someone"},
        "g.png": {"1girl", "fate_(series)", "highres"},
        "p.png": {"artist:some_one", "twilight_sparkle", "a,b", "safe"},
        "z.png": {"初音ミク", ":d"},
    }
    told = [(r.site, r.remote_id, r.rating, r.rating_scheme, r.score) for r in records.values()]
    assert told == [
        ("danbooru", "7001", "s", "sqe", 12),
        ("e621", "9", "q", "sqe", 4),
        ("gelbooru", "33", "s", "gsqe", 8),
        ("derpibooru", "44", "", "", None),
        ("szurubooru", "55", "q", "sqe", None),
    ]
    assert records["d.png"].source == "https://example.org/1"
    assert records["e.png"].source == "https://example.org/2"
    assert reading.notes == []


def test_categories_come_from_the_field_names(tmp_path: Path) -> None:
    write(tmp_path, d=DANBOORU, e=E621, g=GELBOORU, p=PHILOMENA, z=SZURUBOORU)
    kinds = read(tmp_path).categories
    assert kinds["miku"] is Category.CHARACTER
    assert kinds["初音ミク"] is Category.CHARACTER
    assert kinds["wolf"] is Category.GENERAL
    assert kinds["someone"] is Category.ARTIST
    assert kinds["artist:some_one"] is Category.ARTIST
    assert kinds["fate_(series)"] is Category.COPYRIGHT
    assert kinds["highres"] is Category.META
    assert ":d" not in kinds


def test_one_general_rating_tells_that_danboorus_s_is_sensitive(tmp_path: Path) -> None:
    write(tmp_path, a=DANBOORU, b=DANBOORU | {"rating": "g"}, e=E621 | {"rating": "s"})
    records = read(tmp_path).records
    assert [(r.rating, r.rating_scheme) for r in records.values()] == [
        ("s", "gsqe"),
        ("g", "gsqe"),
        ("s", "sqe"),
    ]


def test_gelboorus_safe_is_of_the_older_scheme(tmp_path: Path) -> None:
    write(tmp_path, a=GELBOORU | {"rating": "safe"}, b=GELBOORU | {"rating": "general"})
    records = read(tmp_path).records
    assert (records["a.png"].rating, records["a.png"].rating_scheme) == ("s", "sqe")
    assert (records["b.png"].rating, records["b.png"].rating_scheme) == ("g", "gsqe")


def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, a=DANBOORU, b=GELBOORU)
    (tmp_path / "a.png.json").write_text('{"category": "danbooru", "tags": [')
    reading = read(tmp_path)
    assert list(reading.records) == ["b.png"]
    (note,) = reading.notes
    assert "a.png.json" in note


def test_one_tag_a_line_is_read_as_lines(tmp_path: Path) -> None:
    tags = ["^_^", "fate_(series)", "a,b", "初音ミク", ":d", "rating:e", "x" * 170, "blue_hair"]
    draw(tmp_path / "a.png", 1)
    (tmp_path / "a.png.txt").write_text("\n".join(tags) + "\n", encoding="utf-8")
    draw(tmp_path / "b.png", 2)
    (tmp_path / "b.png.txt").write_text("twilight sparkle\nsolo\nsitting on a bench\n")
    images = find_images(tmp_path)
    source = source_for(tmp_path, images)
    assert source.name == "captions"
    records = read_folder(tmp_path, images, source).records
    assert records["a.png"].tags == frozenset(tags)
    assert records["b.png"].tags == {"twilight_sparkle", "solo", "sitting_on_a_bench"}


def test_a_sites_own_answer_beside_the_image_is_read_too(tmp_path: Path) -> None:
    own = {"id": 3, "rating": "e", "tags": {"general": ["solo"], "species": ["wolf"]}}
    write(tmp_path, a=own)
    record = read(tmp_path).records["a.png"]
    assert (record.site, record.remote_id, record.tags) == ("e621", "3", {"solo", "wolf"})


def test_other_formats_do_not_claim_its_files(tmp_path: Path) -> None:
    write(tmp_path, a=DANBOORU, b=SZURUBOORU)
    for path in tmp_path.glob("*.json"):
        path.write_text(json.dumps(json.loads(path.read_text())))
    images = find_images(tmp_path)
    assert others_there(tmp_path, images, source_for(tmp_path, images)) == []
    (tmp_path / "a.png.txt").write_text("1girl\nsolo\n")
    (other,) = others_there(tmp_path, images, source_for(tmp_path, images))
    assert other.name == "captions"
