"""Every format by hypothesis: what is written in it reads back, awkward tags included.

Where the program corrects a format, the file goes through parse, write, parse; formats that are
read alone are written here as their makers write them.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from reviewer.core.types import Category
from reviewer.sources import write
from reviewer.sources.base import Reading
from reviewer.sources.caption_text import Style
from reviewer.sources.edit_json import edited_json
from reviewer.sources.edit_xmp import edited_xmp
from reviewer.sources.folder import find_images, source_for
from reviewer.sources.hydrus import plain_name, tags_within
from reviewer.sources.tag_list import read_tag_lists
from reviewer.sources.text import name_key, tag_key
from tests.unit.sources.test_xmp import packet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    Shape = Callable[[list[str]], dict[str, Any]]
    Test = Callable[..., None]

AWKWARD = (
    "^_^", "^__^", "fate_(series)", "初音ミク", ":d", "rating:e", "x" * 170, "nan", "null", "007",
)  # fmt: skip
KINDS = {"miku": Category.CHARACTER, "painter": Category.ARTIST, "hi_res": Category.META}
# A comma is part of names where nothing is set apart by commas.
names = st.sampled_from([*AWKWARD, *KINDS, "a,b"]) | st.from_regex(
    r"[a-z0-9][a-z0-9_():'-]{0,20}[a-z]", fullmatch=True
)
plain = names.filter(lambda name: "," not in name)
many = st.lists(names, max_size=8, unique=True)
some = st.lists(plain, min_size=1, max_size=8, unique=True)
quick = settings(max_examples=30)
NAMED = ("^_^", "fate_(series)", "a,b", "初音ミク", ":d", "rating:e", "x" * 170)
"""Each of these goes through every format, whatever chance draws."""


def each_named(*columns: str, commas: bool = True, **others: object) -> Callable[[Test], Test]:
    """Examples that chance need not draw: each tag of `NAMED` in each argument by itself.

    Args:
        columns: Arguments that hold tags.
        commas: Whether the format can hold a tag with a comma.
        others: The other arguments.
    """

    def decorate(test: Test) -> Test:
        for tag in NAMED:
            for column in columns if commas or "," not in tag else ():
                rest = {name: ["other_tag", "hat"] for name in columns if name != column}
                test = example(**{column: [tag, "hat"]}, **rest, **others)(test)
        return test

    return decorate


def each_alone(arguments: Callable[[str], dict[str, object]]) -> Callable[[Test], Test]:
    """Examples that chance need not draw, from what each tag of `NAMED` makes the arguments."""

    def decorate(test: Test) -> Test:
        for tag in NAMED:
            test = example(**arguments(tag))(test)
        return test

    return decorate


@contextmanager
def folder_of(**files: str | bytes) -> Iterator[Path]:
    """A folder with one image, `1001.jpg`, and other files under their names."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        Image.new("RGB", (2, 2)).save(place / "1001.jpg")
        for file, content in files.items():
            put(place / file, content)
        yield place


def put(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def read(place: Path, source: str) -> Reading:
    images = find_images(place)
    return source_for(place, images, source).read(place, images)


def tags_in(place: Path, source: str) -> set[str]:
    return set(read(place, source).records["1001.jpg"].tags)


def keys(tags: list[str]) -> set[str]:
    return {name_key(tag) for tag in tags}


# -- captions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["1001.txt", "1001.caption", "1001.jpg.txt"])
@pytest.mark.parametrize("style", Style)
@each_named("before", "after", commas=False, spaces=True)
@quick
@given(before=some, after=some, spaces=st.booleans())
def test_captions(name: str, style: Style, before: list[str], after: list[str], spaces: bool):
    # One tag alone may stand in any style; a second one makes the style plain.
    before = [*dict.fromkeys([*before, "blue_hair", "1girl"])]
    written = write.new_caption(before, style, spaces=spaces)
    with folder_of(**{name: written}) as place:
        assert tags_in(place, "captions") == {tag_key(tag) for tag in before}
        added = sorted(set(after) - set(before))
        removed = sorted(set(before) - set(after) - {"blue_hair", "1girl"})
        text = write.caption(written, style, added, removed)
        put(place / name, text)
        assert tags_in(place, "captions") == (set(before) | set(added)) - set(removed)
        assert write.caption(text, style, removed, added).split() != [] or not before
        assert write.caption(written, style, [], []) == written


# -- tables and dumps ----------------------------------------------------------------------------


@each_named("tags", rating="")
@quick
@given(tags=many, rating=st.sampled_from(["", "rating:explicit", "rating:general"]))
def test_tags_csv(tags: list[str], rating: str) -> None:
    with folder_of() as place:
        put(place / "tags.csv", write.tags_csv([("1001.jpg", tags)], [rating]))
        reading = read(place, "tags.csv")
        assert set(reading.records["1001.jpg"].tags) == {tag_key(tag) for tag in tags}
        assert reading.records["1001.jpg"].rating == rating.removeprefix("rating:")[:1]


def dump_line(tags: list[str]) -> dict[str, Any]:
    return {
        "id": 1001,
        "rating": "s",
        "tag_string": " ".join(tags),
        "tag_string_general": " ".join(tag for tag in tags if tag not in KINDS),
        "tag_string_character": "miku" if "miku" in tags else "",
        "tag_string_artist": "painter" if "painter" in tags else "",
        "tag_string_copyright": "",
        "tag_string_meta": "hi_res" if "hi_res" in tags else "",
    }


def old_line(tags: list[str]) -> dict[str, Any]:
    rows = [{"id": "9", "name": tag, "category": str(int(KINDS.get(tag, 0)))} for tag in tags]
    return {"id": "1001", "rating": "s", "tags": rows}


@pytest.mark.parametrize("shape", [dump_line, old_line])
@each_named("before", "after")
@quick
@given(before=many, after=st.frozensets(names, max_size=8))
def test_danbooru_json_lines(shape: Shape, before: list[str], after: Collection[str]) -> None:
    # A file without any tag at all is no dump.
    before, after = list(dict.fromkeys([*before, "1girl"])), frozenset([*after, "1girl"])
    line = json.dumps(shape(before)).encode()
    with folder_of(**{"metadata/2020.json": line + b"\n"}) as place:
        first = read(place, "danbooru")
        assert set(first.records["1001.jpg"].tags) == set(before)
        assert {tag: first.categories[tag] for tag in before if tag in KINDS} == {
            tag: KINDS[tag] for tag in before if tag in KINDS
        }
        put(place / "metadata" / "2020.json", write.post_line(line, after, KINDS, str) + "\n")
        again = read(place, "danbooru")
        assert set(again.records["1001.jpg"].tags) == set(after)
        assert again.records["1001.jpg"].rating == "s"


@each_named("tags")
@quick
@given(tags=many)
def test_sqlite_dumps(tags: list[str]) -> None:
    with folder_of() as place:
        with closing(sqlite3.connect(place / "danbooru.sqlite")) as dump, dump:
            dump.execute("CREATE TABLE posts (id INTEGER, md5 TEXT, rating TEXT, tag_string TEXT)")
            dump.execute("INSERT INTO posts VALUES (1001, '', 'e', ?)", (" ".join(tags),))
        if tags:
            assert tags_in(place, "sqlite") == set(tags)


# -- what downloaders keep -----------------------------------------------------------------------


@each_named("before", "after")
@quick
@given(before=many, after=st.frozensets(names, max_size=8))
def test_gallery_dl_metadata(before: list[str], after: Collection[str]) -> None:
    after = frozenset(after)
    post = {"category": "danbooru", "id": 1001, "md5": "ab" * 16, "tags": before}
    text = json.dumps(post, indent=4, ensure_ascii=False) + "\n"
    with folder_of(**{"1001.jpg.json": text}) as place:
        assert tags_in(place, "gallery-dl") == set(before)
        changed = edited_json(text.encode(), lambda held: write.corrected_post(held, after, KINDS))
        assert changed is not None
        put(place / "1001.jpg.json", changed)
        assert tags_in(place, "gallery-dl") == set(after)
        assert json.loads(changed)["md5"] == "ab" * 16


@each_named("tags")
@quick
@given(tags=st.lists(names, min_size=2, max_size=8, unique=True))
def test_gallery_dl_tags(tags: list[str]) -> None:
    with folder_of(**{"1001.jpg.txt": "\n".join(tags) + "\n"}) as place:
        assert tags_in(place, "captions") == {tag_key(tag) for tag in tags}


@pytest.mark.parametrize("site", ["danbooru", "e621", "gelbooru"])
@each_named("tags")
@quick
@given(tags=many)
def test_saved_answers_of_sites(site: str, tags: list[str]) -> None:
    answers: dict[str, Any] = {
        "danbooru": [dump_line(tags) | {"md5": "ab" * 16, "file_ext": "jpg"}],
        "e621": {"posts": [{"id": 1001, "rating": "q", "tags": {"general": tags, "artist": []}}]},
        "gelbooru": {"post": [{"id": 1001, "rating": "general", "tags": " ".join(tags)}]},
    }
    # An array on one line is an answer as it came; a dump has a post a line.
    with folder_of(**{"answers.json": json.dumps(answers[site], indent=1)}) as place:
        assert tags_in(place, "posts") == set(tags)


# -- Hydrus --------------------------------------------------------------------------------------


def hydrus_names(tags: list[str]) -> set[str]:
    return {plain_name(tag)[0] for tag in tags}


@each_named("before", "after")
@quick
@given(before=some, after=some)
def test_hydrus_json(before: list[str], after: list[str]) -> None:
    text = json.dumps({"metadata": {"tags": ["creator:x", *before], "urls": []}}, indent=2)
    with folder_of(**{"1001.jpg.json": text}) as place:
        assert tags_in(place, "hydrus") == hydrus_names(before) | {"x"}

        def change(held: object) -> None:
            tags = tags_within(held)
            assert tags is not None
            tags[:] = ["creator:x", *after]

        changed = edited_json(text.encode(), change)
        assert changed is not None
        put(place / "1001.jpg.json", changed)
        assert tags_in(place, "hydrus") == hydrus_names(after) | {"x"}


@each_named("before", "after")
@quick
@given(before=some, after=some)
def test_hydrus_text(before: list[str], after: list[str]) -> None:
    text = "\n".join(["series:y", *before])
    with folder_of(**{"1001.jpg.txt": text}) as place:
        held = tags_in(place, "hydrus")
        assert held == hydrus_names(before) | {"y"}
        wanted = hydrus_names(after) | {"y"}
        added, removed = sorted(wanted - held), sorted(held - wanted)
        key = lambda line: plain_name(line)[0]  # noqa: E731 - it is handed over as it stands
        put(place / "1001.jpg.txt", write.hydrus_sidecar(text, added, removed, KINDS, key))
        assert tags_in(place, "hydrus") == wanted


# -- XMP -----------------------------------------------------------------------------------------


@each_named("before", "after")
@quick
@given(before=st.lists(names, min_size=1, max_size=6, unique=True), after=some)
def test_xmp_sidecars(before: list[str], after: list[str]) -> None:
    with folder_of(**{"1001.jpg.xmp": packet(before)}) as place:
        held = tags_in(place, "xmp")
        assert held == keys(before)
        added = sorted(set(after) - held)
        removed = sorted(held - set(after) - {min(held)})
        changed = edited_xmp(packet(before), added, removed, name_key)
        assert changed is not None
        put(place / "1001.jpg.xmp", changed)
        assert tags_in(place, "xmp") == (held | set(added)) - set(removed)
        # Taken back, it is the file it was but for the order of the items.
        again = edited_xmp(changed, removed, added, name_key)
        assert again is not None
        put(place / "1001.jpg.xmp", again)
        assert tags_in(place, "xmp") == held


@each_named("tags")
@quick
@given(tags=st.lists(names, min_size=1, max_size=6, unique=True))
def test_xmp_inside_images(tags: list[str]) -> None:
    with folder_of() as place:
        Image.new("RGB", (2, 2)).save(place / "1001.jpg", xmp=packet(tags))
        assert tags_in(place, "embedded") == keys(tags)


# -- sets of characters --------------------------------------------------------------------------


@each_alone(lambda tag: {"character": tag, "number": 7})
@quick
@given(character=names.filter(lambda name: name != "null"), number=st.integers(1, 10**6))
def test_grapeot(character: str, number: int) -> None:
    lists = {
        "tagIds.tsv": f"other\t0\n{character}\t{number}\n",
        "faces.tsv": f"0001\\1001.jpg\t{number}\t1,2,30,40,0.9\n",
    }
    with folder_of(**lists) as place:
        (place / "0001").mkdir()
        shutil.move(place / "1001.jpg", place / "0001" / "1001.jpg")
        reading = read(place, "characters")
        assert set(reading.records["0001/1001.jpg"].tags) == {name_key(character)}
        assert reading.categories[name_key(character)] is Category.CHARACTER


@each_alone(lambda tag: {"character": tag})
@quick
@given(character=names)
def test_dafre(character: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([(0, "other"), (7, character)])
    lists = {"classid_classname.csv": text.getvalue(), "train.csv": "7,1001.jpg\n"}
    lists |= {"val.csv": "", "test.csv": ""}
    with folder_of(**lists) as place:
        assert tags_in(place, "characters") == {name_key(character)}


# -- lists of tags -------------------------------------------------------------------------------


@each_named("tags", count=7)
@quick
@given(tags=st.lists(names, min_size=2, max_size=8, unique=True), count=st.integers(0, 10**7))
def test_lists_of_tags_with_their_other_names(tags: list[str], count: int) -> None:
    tag, *aliases = tags
    listed = [alias for alias in aliases if "," not in alias]
    text = io.StringIO()
    csv.writer(text).writerow((tag, 4, count, ",".join(listed)))
    with folder_of(**{"tag_list.csv": text.getvalue()}) as place:
        reading = Reading()
        read_tag_lists(place, reading)
    assert reading.categories == {name_key(tag): Category.CHARACTER}
    assert reading.listed == {name_key(tag): count}
    assert reading.aliases == {name_key(alias): name_key(tag) for alias in listed}


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
@pytest.mark.parametrize("kind", ["aliases", "implications"])
@each_alone(lambda tag: {"pairs": [(tag, "hat"), ("other_tag", tag)]})
@quick
@given(pairs=st.lists(st.tuples(names, names), min_size=1, max_size=6, unique_by=lambda p: p[0]))
def test_exports_of_pairs(kind: str, ending: str, pairs: list[tuple[str, str]]) -> None:
    columns = ("antecedent_name", "consequent_name", "status")
    rows = [dict(zip(columns, (*pair, "active"), strict=True)) for pair in pairs]
    rows.append(dict(zip(columns, ("gone", "nothing", "deleted"), strict=True)))
    text = io.StringIO()
    table = csv.DictWriter(text, columns)
    table.writeheader()
    table.writerows(rows)
    written = {
        "csv": text.getvalue(),
        "json": json.dumps(rows),
        "jsonl": "\n".join(json.dumps(row, ensure_ascii=False) for row in rows),
    }
    with folder_of(**{f"tag_{kind}.{ending}": written[ending]}) as place:
        reading = Reading()
        read_tag_lists(place, reading)
    wanted = [(name_key(a), name_key(b)) for a, b in pairs if name_key(a) != name_key(b)]
    assert reading.aliases == (dict(wanted) if kind == "aliases" else {})
    assert reading.implications == (wanted if kind == "implications" else [])
