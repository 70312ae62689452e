"""What the headers of answers ask for."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sites.http import LONGEST_S, SHORT_OF_WRITES_S, pause_asked


def danbooru(rate: float, **points: float) -> dict[str, str]:
    told = {"action": "posts:update", "cost": 1, "rate": rate, "burst": 200, "limits": points}
    return {"X-Rate-Limit": json.dumps(told)}


def test_danbooru_tells_the_tokens_that_are_left() -> None:
    assert pause_asked(danbooru(1, user=150.5, ip=120)) == 0
    assert pause_asked(danbooru(1, user=150.5, ip=1.0)) == 0
    assert pause_asked(danbooru(4, user=0.0, ip=120)) == pytest.approx(0.25)
    assert pause_asked(danbooru(1, user=-3.5, ip=120)) == pytest.approx(4.5)
    assert pause_asked(danbooru(0.001, user=-30, ip=1)) == LONGEST_S


def test_e621_tells_the_writes_that_are_left() -> None:
    assert pause_asked({"x-api-limit": "59"}) == 0
    assert pause_asked({"X-Api-Limit": "1"}) == SHORT_OF_WRITES_S
    assert pause_asked({"X-Api-Limit": "0"}) == SHORT_OF_WRITES_S


@given(st.text(), st.text())
def test_nonsense_asks_for_nothing_bad(one: str, other: str) -> None:
    asked = pause_asked({"X-Rate-Limit": one, "X-Api-Limit": other})
    assert 0 <= asked <= LONGEST_S


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"rate": 0, "limits": {"a": 0}}', '{"rate": 1, "limits": {}}', "null", "NaN",
     '{"rate": NaN, "limits": {"a": 0}}', '{"rate": 1, "limits": {"a": null}}'],
)  # fmt: skip
def test_another_site_s_header_of_that_name_is_ignored(text: str) -> None:
    assert pause_asked({"X-Rate-Limit": text}) == 0
