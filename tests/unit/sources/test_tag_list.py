from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.core.types import Category
from reviewer.sources.base import Reading, Records, SourceRecord
from reviewer.sources.names import needed_implications, settle_names
from reviewer.sources.tag_list import is_tag_list, read_tag_lists

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = [
    {"id": 1, "antecedent_name": "cat_ears", "consequent_name": "animal_ears", "status": "active"},
    {"id": 2, "antecedent_name": "off", "consequent_name": "animal_ears", "status": "deleted"},
    {"id": 3, "antecedent_name": "a,b", "consequent_name": "^_^", "status": "active"},
]
EXPORT = (
    "id,antecedent_name,consequent_name,created_at,status\n"
    "1,cat_ears,animal_ears,2020-01-01,active\n"
    "2,off,animal_ears,2020-01-01,deleted\n"
    '3,"a,b",^_^,2020-01-01,active\n'
)


def read(folder: Path, *given: Path) -> Reading:
    reading = Reading()
    read_tag_lists(folder, reading, given)
    return reading


@pytest.mark.parametrize("name", ["aliases", "tag_aliases", "tag_aliases-2024-01-31"])
@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".csv", EXPORT),
        (".json", json.dumps(PAIRS, indent=1)),
        (".jsonl", "".join(json.dumps(pair) + "\n" for pair in PAIRS)),
    ],
)
def test_exports_of_aliases_and_implications(
    tmp_path: Path, name: str, suffix: str, text: str
) -> None:
    (tmp_path / f"{name}{suffix}").write_text(text)
    (tmp_path / f"{name.replace('aliases', 'implications')}{suffix}").write_text(text)
    reading = read(tmp_path)
    assert reading.aliases == {"cat_ears": "animal_ears", "a,b": "^_^"}
    assert reading.implications == [("cat_ears", "animal_ears"), ("a,b", "^_^")]


def test_a_list_of_tags_with_and_without_column_names(tmp_path: Path) -> None:
    (tmp_path / "tag_list.csv").write_text('miku,4,10,"hatsune,39"\nhat,0,9,\n39,0,1,\n')
    other = tmp_path / "elsewhere" / "tags export.csv"
    other.parent.mkdir()
    other.write_text("id,name,category,post_count\n1,Some One,1,5\n2,highres,5,9\n")
    reading = read(tmp_path, other)
    assert reading.categories == {
        "miku": Category.CHARACTER,
        "hat": Category.GENERAL,
        "39": Category.GENERAL,
        "some_one": Category.ARTIST,
        "highres": Category.META,
    }
    assert reading.aliases == {"hatsune": "miku"}


def test_what_a_site_gave_up_is_told_where_the_list_tells_it(tmp_path: Path) -> None:
    rows = [
        {"name": "hat", "category": 0, "post_count": 9, "is_deprecated": False},
        {"name": "headwear_thing", "category": 0, "post_count": 4, "is_deprecated": True},
    ]
    (tmp_path / "tag_list.json").write_text(json.dumps(rows))
    (tmp_path / "tag_list.csv").write_text(
        "name,category,post_count,is_deprecated\ncap,0,5,false\nold_cap,0,2,true\n"
    )
    reading = read(tmp_path)
    assert reading.deprecated == {
        "cap": False,
        "old_cap": True,
        "hat": False,
        "headwear_thing": True,
    }
    assert reading.listed == {"cap": 5, "hat": 9}
    assert reading.categories["old_cap"] is Category.GENERAL


def test_the_more_frequent_tag_keeps_a_name_that_two_claim(tmp_path: Path) -> None:
    (tmp_path / "tag_list.csv").write_text("breasts,0,99,boobs\nother,0,3,boobs\n")
    assert read(tmp_path).aliases == {"boobs": "breasts"}


def test_the_numbers_of_e621_are_told_by_those_that_only_it_has(tmp_path: Path) -> None:
    (tmp_path / "tag_list.csv").write_text("wolf,5,9,\nhi_res,7,9,\nx_(lore),8,1,\nhelper,2,1,\n")
    assert read(tmp_path).categories == {
        "wolf": Category.GENERAL,
        "hi_res": Category.META,
        "x_(lore)": Category.META,
        "helper": Category.ARTIST,
    }


def test_a_list_that_does_not_tell_its_kind_is_named(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text(EXPORT)
    with pytest.raises(SourceError, match=r"pairs\.csv holds pairs of tags"):
        read(tmp_path, pairs)
    odd = tmp_path / "odd.json"
    odd.write_text('[{"x": 1}]')
    with pytest.raises(SourceError, match=r"odd\.json is not a list of tags"):
        read(tmp_path, odd)
    (tmp_path / "aliases.json").write_text("[{")
    with pytest.raises(SourceError, match=r"aliases\.json is not JSON"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("aliases.json", "[]"),
        ("aliases.json", '{"tag_aliases": []}'),
        ("implications.jsonl", "\n"),
        ("tag_list.csv", ""),
        ("tag_list.csv", "\n\n"),
        ("aliases.csv", "id,antecedent_name,consequent_name,status\n"),
    ],
)
def test_an_empty_list_tells_nothing(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    assert read(tmp_path) == Reading()


@pytest.mark.parametrize(
    ("name", "is_list"),
    [
        ("tag_list.csv", True),
        ("Tag_Aliases-2024.01.01.json", True),
        ("implications.jsonl", True),
        ("posts.json", False),
        ("my_aliases.json", False),
        ("aliases_old.csv", False),
    ],
)
def test_lists_are_known_by_their_names(tmp_path: Path, name: str, is_list: bool) -> None:
    assert is_tag_list(tmp_path / name) is is_list


def test_aliases_are_read_as_their_tags_and_counted() -> None:
    reading = Reading(
        records=Records(
            {
                "a.png": SourceRecord(tags=frozenset({"longhair", "long_hair", "hat"}), rating="s"),
                "b.png": SourceRecord(tags=frozenset({"old", "round", "lh"})),
                "c.png": SourceRecord(tags=frozenset({"hat"})),
            }
        ),
        aliases={"longhair": "long_hair", "old": "newer", "newer": "newest", "round": "square"}
        | {"square": "round"},
    )
    settle_names(reading, {"lh": "longhair"})
    assert reading.records["a.png"] == SourceRecord(
        tags=frozenset({"long_hair", "hat"}), rating="s"
    )
    assert reading.records["b.png"].tags == {"newest", "round", "long_hair"}
    assert reading.records["c.png"] == SourceRecord(tags=frozenset({"hat"}))
    assert reading.aliases["old"] == "newest"
    assert "round" not in reading.aliases
    (note,) = reading.notes
    assert note.startswith("Other names of tags, 3 in all,")
    assert "longhair as long_hair" in note


def test_without_aliases_nothing_is_said() -> None:
    reading = Reading(records=Records({"a.png": SourceRecord(tags=frozenset({"hat"}))}))
    settle_names(reading)
    assert reading.notes == []


def test_only_implications_of_tags_in_use_are_kept() -> None:
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "c")]
    assert sorted(needed_implications(pairs, {"a", "hat"})) == [("a", "b"), ("b", "c"), ("c", "a")]
    assert needed_implications(pairs, set()) == []
