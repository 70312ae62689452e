"""Posts in columns say what a decoder of all of JSON says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.tags.tagwords import TagWords
from reviewer.core.types import Category
from reviewer.sources.danbooru import Post, post_tags
from reviewer.sources.post import whole_number
from reviewer.sources.post_blocks import NO_NUMBER, post_blocks
from reviewer.sources.post_lines import Field

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.sources.post_blocks import PostBlock

Told = dict[str, Any]

_NO_SPACE = st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs"))
WORD = st.text(_NO_SPACE, min_size=1, max_size=9)
TAGS = st.lists(WORD, max_size=6).map(" ".join)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=4,
)
POST = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(-5, 10**19) | st.sampled_from(["7", "007", "x"]) | ANYTHING,
        "rating": st.sampled_from(["s", "g", "explicit", ""]) | ANYTHING,
        "score": st.integers(-99, 10**6) | st.sampled_from(["12", "no"]) | ANYTHING,
        "source": st.text(max_size=20) | ANYTHING,
        "md5": st.sampled_from(["ab" * 16, "AB" * 16, "zz" * 16, "", "12"]) | ANYTHING,
        "tag_string": TAGS | ANYTHING,
        "tag_string_general": TAGS | st.none(),
        "tag_string_artist": TAGS | st.none(),
        "tag_string_meta": TAGS | ANYTHING,
        "tags": st.lists(st.fixed_dictionaries({"name": WORD, "category": st.just("1")})),
        "media": ANYTHING,
        "file_url": st.text(max_size=20),
    },
)
USUAL = st.fixed_dictionaries(
    {"id": st.integers(1, 10**9), "rating": st.sampled_from(list("gsqe")), "tag_string": TAGS}
)


def line(told: Told, *, escapes: bool, tight: bool) -> str:
    return json.dumps(told, ensure_ascii=escapes, separators=(",", ":") if tight else None)


def told_by(block: PostBlock) -> list[Told]:
    """Everything that a block says of its posts, as plain values."""
    numbered = block.tags(TagWords())
    starts = numbered.rows.starts.tolist()
    owners = np.repeat(np.arange(len(block)), np.diff(numbered.rows.starts))
    kinds = block.categories(owners, numbered.places)
    digests, spans = block.digests()
    return [
        {
            "id": block.text(n, Field.ID),
            "number": int(block.ids[n]),
            "rating": block.text(n, Field.RATING),
            "score": int(block.scores[n]) if block.scored[n] else None,
            "source": block.text(n, Field.SOURCE),
            "digest": digests[slice(*spans[n])].tobytes(),
            "tags": numbered.words[starts[n] : starts[n + 1]],
            "kinds": kinds[starts[n] : starts[n + 1]],
        }
        for n in range(len(block))
    ]


def expected(post: Post) -> Told:
    kinds = post_tags(post)
    names = (post.tag_string or "").split() or list(kinds)
    text = str(post.id)
    md5 = post.md5 or ""
    hexadecimal = len(md5) == 32 and set(md5.lower()) <= set("0123456789abcdef")
    number = int(text) if text.isdecimal() and (isinstance(post.id, int) or len(text) < 19) else -1
    return {
        "id": text,
        "number": number if 0 <= number < 2**64 else NO_NUMBER,
        "rating": post.rating,
        "score": whole_number(post.score),
        "source": post.source or "",
        "digest": bytes.fromhex(md5[:16]) if hexadecimal else b"",
        "tags": names,
        "kinds": [kinds.get(name) for name in names],
    }


@given(
    told=st.lists(POST | USUAL, min_size=1, max_size=6),
    escapes=st.booleans(),
    tight=st.booleans(),
    cut=st.integers(0, 40),
)
def test_blocks_say_what_the_decoder_says(
    tmp_path_factory: pytest.TempPathFactory,
    told: list[Told],
    escapes: bool,
    tight: bool,
    cut: int,
) -> None:
    folder = tmp_path_factory.mktemp("dump")
    first = {"id": 1, "tag_string": "first"}
    lines = [line(post, escapes=escapes, tight=tight) for post in [first, *told]]
    lines[-1] = lines[-1][: len(lines[-1]) - cut]
    (folder / "posts.json").write_text("\n".join(lines), encoding="utf-8")
    decoder = msgspec.json.Decoder(Post)
    posts = []
    for text in lines:
        try:
            posts.append(expected(decoder.decode(text)))
        except msgspec.DecodeError:
            continue
    blocks = list(post_blocks(folder))
    found = [post for block in blocks for post in told_by(block)]
    key = repr
    assert sorted(found, key=key) == sorted(posts, key=key)
    broken = [text for block in blocks for text in block.broken]
    assert len(broken) == sum(bool(text) for text in lines) - len(posts)


def test_many_posts_need_no_closer_look(tmp_path: Path) -> None:
    told = [
        {
            "id": n,
            "source": 'a\\b & "c" \u732b' if n % 3 else None,
            "tag_string": ">_< \\o/ 猫" if n % 2 else "cat",
            "media_asset": {"variants": [{"id": 1, "tag_string": "not this"}]},
            "tag_string_artist": "",
            "tag_string_general": ">_<",
        }
        for n in range(1, 200)
    ]
    text = "\n".join(json.dumps(post, ensure_ascii=bool(post["id"] % 5)) for post in told)
    (tmp_path / "posts.jsonl").write_text(text, encoding="utf-8")
    (block,) = post_blocks(tmp_path)
    assert [post["tags"] for post in told_by(block)] == [str(p["tag_string"]).split() for p in told]
    sources = [block.text(n, Field.SOURCE) for n in range(len(block))]
    assert sources == [post["source"] or "" for post in told]
    assert told_by(block)[0]["kinds"] == [Category.GENERAL, None, None]


@pytest.mark.parametrize("line", ["{}}", '{"id":2]', '[{"id":2,"tag_string":"b"}]', "{", '{"id":2'])
def test_a_line_that_is_no_object_is_told(tmp_path: Path, line: str) -> None:
    text = '{"id":1,"tag_string":"a"}\n' + line + '\n\n{"id":3,"tag_string":"c"}'
    (tmp_path / "posts.json").write_text(text)
    blocks = list(post_blocks(tmp_path))
    assert [i for block in blocks for i in block.ids.tolist()] == [1, 3]
    assert ["line 2" in text for block in blocks for text in block.broken] == [True]


def test_text_that_is_not_utf_8_is_no_post(tmp_path: Path) -> None:
    (tmp_path / "posts.json").write_bytes(
        b'{"id":1,"tag_string":"a"}\n{"id":2,"tag_string":"caf\xe9"}\n{"id":3,"tag_string":"b"}'
    )
    blocks = list(post_blocks(tmp_path))
    assert [i for block in blocks for i in block.ids.tolist()] == [1, 3]
    assert any("line 2" in text for block in blocks for text in block.broken)
