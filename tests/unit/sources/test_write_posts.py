from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.types import Category
from reviewer.sources.post import read_post
from reviewer.sources.write import corrected_post

Shape = Callable[[list[str]], dict[str, Any]]
KINDS = {"miku": Category.CHARACTER, "painter": Category.ARTIST, "hi_res": Category.META}


def danbooru(tags: list[str]) -> dict[str, Any]:
    return {
        "id": 1,
        "tag_string": " ".join(tags),
        "tag_string_general": " ".join(t for t in tags if t not in KINDS),
        "tag_string_character": "miku" if "miku" in tags else "",
        "tag_string_artist": None,
        "tag_string_meta": "",
    }


def hyphens(tags: list[str]) -> dict[str, Any]:
    return {key.replace("_", "-"): value for key, value in danbooru(tags).items()}


def old_dump(tags: list[str]) -> dict[str, Any]:
    return {"id": "1", "tags": [{"id": "9", "name": t, "category": "0"} for t in tags]}


def e621(tags: list[str]) -> dict[str, Any]:
    words = ("general", "species", "character", "artist", "meta", "lore")
    return {"id": 1, "tags": {word: tags if word == "general" else [] for word in words}}


def gelbooru(tags: list[str]) -> dict[str, Any]:
    return {"id": "1", "tags": f" {' '.join(tags)} "}


def gallery_dl(tags: list[str]) -> dict[str, Any]:
    return {"category": "x", "id": 1, "tags": tags, "tags_general": tags, "tags_metadata": []}


def philomena(tags: list[str]) -> dict[str, Any]:
    return {"category": "derpibooru", "id": 1, "tags": [*tags, "twilight sparkle"]}


SHAPES = [danbooru, hyphens, old_dump, e621, gelbooru, gallery_dl, philomena]
names = st.sampled_from(
    ["^_^", "^__^", "fate_(series)", "a,b", "初音ミク", ":d", "rating:e", "x" * 170, *KINDS]
) | st.from_regex(r"[a-z0-9][a-z0-9_():'-]{0,20}[a-z]", fullmatch=True)


@pytest.mark.parametrize("shape", SHAPES)
@given(
    before=st.lists(names, max_size=8, unique=True),
    effective=st.frozensets(names, max_size=8),
)
def test_a_corrected_post_reads_back_as_corrected(
    shape: Shape, before: list[str], effective: frozenset[str]
) -> None:
    text = json.dumps(corrected_post(shape(before), effective, KINDS))
    assert read_post(json.loads(text)).record.tags == effective


@pytest.mark.parametrize("shape", SHAPES)
@given(before=st.lists(names, max_size=8, unique=True))
def test_a_post_without_corrections_stays_as_it_is(shape: Shape, before: list[str]) -> None:
    post = shape(before)
    tags = read_post(post).record.tags
    assert corrected_post(shape(before), tags, KINDS) == post


def test_new_tags_go_where_their_category_is() -> None:
    effective = frozenset({"solo", "miku", "painter", "hi_res", "hat"})
    post = corrected_post(e621(["solo", "dog"]), effective, KINDS)
    assert post["tags"] == {
        "general": ["solo", "hat"],
        "species": [],
        "character": ["miku"],
        "artist": ["painter"],
        "meta": ["hi_res"],
        "lore": [],
    }
    post = corrected_post(gallery_dl(["solo"]), effective, KINDS)
    assert post["tags"] == ["solo", "hat", "hi_res", "miku", "painter"]
    assert post["tags_metadata"] == ["hi_res"]
    assert post["tags_general"] == ["solo", "hat", "miku", "painter"]


def test_an_alias_in_a_post_stays_where_its_tag_does() -> None:
    def key(written: str) -> str:
        return {"longhair": "long_hair"}.get(written, written)

    post = gelbooru(["longhair", "hat"])
    assert corrected_post(dict(post), frozenset({"long_hair"}), {}, key)["tags"] == " longhair "
    assert corrected_post(dict(post), frozenset({"hat"}), {}, key)["tags"] == " hat "


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "category", "general", "artist", "total", "md5", "url"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *(
            "id",
            "tags",
            "tag_string",
            "tag-string-artist",
            "tags_meta",
            "rating",
            "safety",
            "score",
        ),
        *("sources", "source", "file", "file_url", "md5", "category"),
    ]
)


@given(st.dictionaries(fields, values, max_size=8))
def test_whatever_stands_in_a_post_it_is_read_and_corrected(post: dict[str, Any]) -> None:
    parsed = read_post(post)
    assert all(isinstance(tag, str) and tag for tag in parsed.record.tags)
    assert parsed.record.score is None or abs(parsed.record.score) < 2**63
    assert parsed.record.rating_scheme in {"", "sqe", "gsqe"}
    json.dumps(corrected_post(post, frozenset({"hat"}), {}))
