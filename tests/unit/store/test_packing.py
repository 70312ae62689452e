from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core import compiled
from reviewer.store.packing import pack, pack_rows, unpack, unpack_rows

TAGS = st.lists(st.integers(0, 2**32 - 1), max_size=40)


@given(st.sets(st.integers(0, 2**32 - 1), max_size=60))
def test_what_is_packed_is_unpacked(tags: set[int]) -> None:
    assert unpack(pack(tags)).tolist() == sorted(tags)


@pytest.mark.parametrize("worthwhile", [0, compiled.WORTHWHILE])
@given(rows=st.lists(TAGS, max_size=8))
def test_many_rows_are_packed_like_each_alone(rows: list[list[int]], worthwhile: int) -> None:
    """Few are unpacked by numpy, many by a loop."""
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    flat = np.array([tag for row in rows for tag in row], np.uint32)
    raw, spans = pack_rows(starts, flat)
    packed = [raw[low:high].tobytes() for low, high in spans.tolist()]
    assert packed == [pack(set(row)) for row in rows]
    lengths = np.array([len(part) for part in packed], np.uint16)
    back = np.zeros(len(rows) + 1, np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "WORTHWHILE", worthwhile)
        tags = unpack_rows(np.frombuffer(b"".join(packed), np.uint8), lengths, back)
    assert [tags[a:b].tolist() for a, b in pairwise(back)] == [sorted(set(row)) for row in rows]


def test_frequent_tags_of_a_long_tail_take_less_than_two_bytes() -> None:
    chance = np.random.default_rng(1)
    rows = [set((chance.pareto(0.5, 28) * 4).astype(int) % 365_000) for _ in range(500)]
    packed = sum(len(pack(row)) for row in rows)
    assert packed < 2 * sum(len(row) for row in rows)
