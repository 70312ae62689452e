"""SQLite dumps, data sets of characters, tags inside image files: in their real layouts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.embedded import embedded_tags
from reviewer.sources.folder import find_images, read_folder, source_for

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.sources.base import Reading

AWKWARD = ("^_^", "fate_(series)", "a,b", "猫", ":d", "x" * 170)


def picture(path: Path, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 24), (200, 90, 40)).save(path, **options)


def read(folder: Path, expected: str) -> Reading:
    images = find_images(folder)
    source = source_for(folder, images)
    assert source.name == expected
    return read_folder(folder, images, source)


# -- SQLite dumps --------------------------------------------------------------------------------


def write_dump(path: Path, rows: list[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, md5 TEXT, file_ext TEXT, tag_string TEXT,"
            " tag_string_general TEXT, tag_string_character TEXT, tag_string_meta TEXT,"
            " tag_count_general INTEGER, rating TEXT, score INTEGER)"
        )
        connection.executemany("INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?)", rows)


def test_posts_in_sqlite_are_found_by_md5_in_their_buckets(tmp_path: Path):
    one, two = "ab" * 16, "cd" * 16
    picture(tmp_path / "images" / one[:2] / f"{one}.png")
    picture(tmp_path / "images" / two[:2] / f"{two}.jpg")
    write_dump(
        tmp_path / "danbooru.sqlite",
        [
            (11, one, "png", "1girl saber ^_^ highres", "1girl ^_^", "saber", "highres", 2, "g", 5),
            (12, two, "jpg", "sky", "sky", "", "", 1, "s", None),
            (13, "ef" * 16, "jpg", "tree", "tree", "", "", 1, "e", 1),
        ],
    )
    before = (tmp_path / "danbooru.sqlite").read_bytes()
    reading = read(tmp_path, "sqlite")
    first = reading.records[f"images/ab/{one}.png"]
    assert first.tags == {"1girl", "saber", "^_^", "highres"}
    assert (first.rating, first.rating_scheme, first.score) == ("g", "gsqe", 5)
    assert reading.records[f"images/cd/{two}.jpg"].rating_scheme == "gsqe"
    assert reading.categories["saber"] is Category.CHARACTER
    assert reading.categories["highres"] is Category.META
    assert any("1 posts" in note for note in reading.notes)
    assert (tmp_path / "danbooru.sqlite").read_bytes() == before


def test_a_damaged_dump_is_a_sentence(tmp_path: Path):
    picture(tmp_path / "11.png")
    path = tmp_path / "danbooru.sqlite"
    rows = [
        (n, f"{n:032x}", "png", " ".join(AWKWARD), "", "", "", 1, "g", 1) for n in range(1, 400)
    ]
    write_dump(path, rows)
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    images = find_images(tmp_path)
    source = source_for(tmp_path, images, "sqlite")
    with pytest.raises(SourceError, match=r"danbooru\.sqlite cannot be read"):
        source.read(tmp_path, images)


def test_another_database_is_no_dump(tmp_path: Path):
    picture(tmp_path / "1.png")
    with closing(sqlite3.connect(tmp_path / "thumbs.db")) as connection, connection:
        connection.execute("CREATE TABLE posts (author TEXT, text TEXT)")
    (tmp_path / "other.sqlite").write_bytes(b"no database")
    assert read(tmp_path, "untagged").records == {}


# -- data sets of characters ---------------------------------------------------------------------


def test_grapeot_has_backslashes_names_first_and_doubtful_faces(tmp_path: Path):
    for name in ("0001/1001.jpg", "0002/2002.jpg", "0003/3003.png"):
        picture(tmp_path / name)
    (tmp_path / "tagIds.tsv").write_text(
        'hatsune_miku\t1\nkagamine_rin\t2\n"quoted"_one\t3\n', encoding="utf-8"
    )
    (tmp_path / "faces.tsv").write_text(
        "0001\\1001.jpg\t1\t10,12,50,60,0.97\n"
        "0002\\2002.jpg\t2\t1.5,2,9,9.4,0.31\n"
        "0003\\3003.jpg\t3\t0,0,20,20,0.85\n"
        "0004\\4004.jpg\t1\t0,0,20,20,0.99\n",
        encoding="utf-8",
    )
    reading = read(tmp_path, "characters")
    assert {name: record.tags for name, record in reading.records.items()} == {
        "0001/1001.jpg": {"hatsune_miku"},
        "0003/3003.png": {'"quoted"_one'},
    }
    assert set(reading.categories.values()) == {Category.CHARACTER}
    assert reading.missing == ["0004/4004.jpg"]
    assert any("1 faces are left out" in note for note in reading.notes)


def test_dafre_renumbers_its_classes(tmp_path: Path):
    for name in ("faces/0291/1796291.jpg", "faces/0100/5100.jpg", "faces/0007/9007.jpg"):
        picture(tmp_path / name)
    labels = tmp_path / "labels"
    labels.mkdir()
    (labels / "classid_classname.csv").write_text(
        "0,morrigan_aensland\n1,hatsune_miku\n", encoding="utf-8"
    )
    (labels / "train.csv").write_text("0,0291/1796291.jpg\n", encoding="utf-8")
    (labels / "val.csv").write_text("1,0100/5100.jpg\n", encoding="utf-8")
    (labels / "test.csv").write_text("1,0007/9007.jpg\n", encoding="utf-8")
    reading = read(tmp_path, "characters")
    assert reading.records["faces/0291/1796291.jpg"].tags == {"morrigan_aensland"}
    assert reading.records["faces/0007/9007.jpg"].tags == {"hatsune_miku"}
    assert len(reading.records) == 3


@pytest.mark.parametrize(
    ("faces", "says"),
    [
        ("0001\\1.jpg\t9\t0,0,1,1,1\n", "no tag '9'"),
        ("0001\\1.jpg\t1\t0,0,1\n", "left,top,right,bottom,confidence"),
        ("0001\\1.jpg\t1\n", "2 fields, not 3"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, faces: str, says: str):
    picture(tmp_path / "0001" / "1.jpg")
    (tmp_path / "tagIds.tsv").write_text("rin\t1\n", encoding="utf-8")
    (tmp_path / "faces.tsv").write_text(faces, encoding="utf-8")
    images = find_images(tmp_path)
    source = source_for(tmp_path, images)
    with pytest.raises(SourceError, match=says) as refused:
        source.read(tmp_path, images)
    assert "line 1" in str(refused.value)


# -- inside the files ----------------------------------------------------------------------------


def packet(names: tuple[str, ...]) -> str:
    escaped = (name.replace("&", "&amp;").replace("<", "&lt;") for name in names)
    items = "".join(f"<rdf:li>{name}</rdf:li>" for name in escaped)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>'
        f"{items}</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def iptc_segment(keywords: list[bytes]) -> bytes:
    """A Photoshop APP13 segment with keywords (IPTC-IIM 2:25 in image resource 0x0404)."""
    sets = b"".join(b"\x1c\x02\x19" + len(word).to_bytes(2, "big") + word for word in keywords)
    padded = sets + b"\x00" * (len(sets) % 2)
    body = b"8BIM\x04\x04\x00\x00" + len(sets).to_bytes(4, "big") + padded
    content = b"Photoshop 3.0\x00" + body
    return b"\xff\xed" + (len(content) + 2).to_bytes(2, "big") + content


def test_xmp_in_each_kind_of_file(tmp_path: Path):
    content = packet(AWKWARD)
    picture(tmp_path / "a.jpg", xmp=content.encode())
    picture(tmp_path / "b.webp", xmp=content.encode())
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", content)
    picture(tmp_path / "c.png", pnginfo=info)
    picture(tmp_path / "d.png")
    reading = read(tmp_path, "embedded")
    expected = {name.lower() for name in AWKWARD}
    assert {name: record.tags for name, record in reading.records.items()} == {
        "a.jpg": expected,
        "b.webp": expected,
        "c.png": expected,
    }


def test_keywords_of_iptc_and_of_windows(tmp_path: Path):
    picture(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    words = [b"blue sky", b"a,b", "naïve".encode("latin-1")]
    (tmp_path / "a.jpg").write_bytes(content[:2] + iptc_segment(words) + content[2:])
    assert embedded_tags(tmp_path / "a.jpg") == {"blue_sky", "a,b", "naïve"}
    exif = Image.Exif()
    exif[0x9C9E] = "red hat;猫\x00".encode("utf-16-le")
    picture(tmp_path / "b.jpg", exif=exif)
    assert embedded_tags(tmp_path / "b.jpg") == {"red_hat", "猫"}


def test_what_is_broken_inside_has_no_tags(tmp_path: Path):
    picture(tmp_path / "a.jpg", xmp=b"<x:xmpmeta not closed")
    picture(tmp_path / "b.jpg", xmp=b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    (tmp_path / "c.jpg").write_bytes(b"\xff\xd8\xff torn")
    assert {embedded_tags(tmp_path / f"{name}.jpg") for name in "abc"} == {frozenset()}
