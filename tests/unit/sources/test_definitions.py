"""Dumps of wikis in the forms that sites give them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.errors import SourceError
from reviewer.sources.definitions import MOST_LETTERS, plain_text, read_definitions

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (
    "[b]Blonde hair[/b] is [[yellow_hair|yellow]] [[hair]].\r\n\r\nh4. Shades\r\n"
    '* [[platinum blonde hair]]: nearly "white":[/wiki_pages/white_hair]\r\n'
    '* "dirty":https://example.org/wiki &amp; dark\r\n* !post #12: an example\r\n'
    "[expand=More]Not for {{orange_hair}}.[/expand]\r\n\r\nh4#see. See also\r\n* [[other]]"
)
WORDS = (
    "Blonde hair is yellow hair.\n\nShades\n\N{BULLET} platinum blonde hair: nearly white\n"
    "\N{BULLET} dirty & dark\n\nNot for orange_hair."
)


def test_markup_is_taken_off() -> None:
    assert plain_text(PAGE) == WORDS


def test_a_long_page_is_cut_after_a_sentence() -> None:
    text = plain_text("This is a sentence of some words. " * 100)
    assert MOST_LETTERS // 2 < len(text) <= MOST_LETTERS
    assert text.endswith("words.")
    assert plain_text("x" * 5000) == "x" * MOST_LETTERS + "\N{HORIZONTAL ELLIPSIS}"


@given(st.text(max_size=300))
def test_no_page_breaks_it(page: str) -> None:
    assert plain_text(page) == plain_text(page).strip()


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


ROWS = [
    {"id": 1, "title": "Blonde_Hair", "body": PAGE, "is_deleted": False},
    {"id": 2, "title": "gone", "body": "Words.", "is_deleted": True},
    {"id": 3, "title": "empty", "body": ""},
    {"id": 4, "title": "only links", "body": "h4. See also\n* [[a]]"},
]


def test_every_form_reads_the_same(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(row) for row in ROWS)
    table = 'id,title,body,is_deleted\n1,blonde_hair,"{}",f\n2,gone,Words.,t\n'.format(
        PAGE.replace('"', '""')
    )
    files = [
        written(tmp_path / "wiki_pages.json", json.dumps(ROWS)),
        written(tmp_path / "wiki_pages.jsonl", f"{lines}\n\n"),
        written(tmp_path / "wiki_pages.csv", table),
        written(tmp_path / "plain.json", json.dumps({"blonde hair": PAGE})),
    ]
    for file in files:
        assert read_definitions(file) == {"blonde_hair": WORDS}, file.name
    plain = written(tmp_path / "plain.csv", "tag,description\nhat,On the head.\n")
    assert read_definitions(plain) == {"hat": "On the head."}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.json", '["words"]'),
        ("a.jsonl", '{"title": "a", "body": "b"}\n{'),
        ("a.csv", "one,two\n1,2\n"),
        ("a.csv", ""),
    ],
)
def test_what_is_no_wiki_is_refused_by_name(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(SourceError, match=name):
        read_definitions(written(tmp_path / name, content))
    with pytest.raises(SourceError, match="nowhere"):
        read_definitions(tmp_path / f"nowhere.{name[2:]}")
