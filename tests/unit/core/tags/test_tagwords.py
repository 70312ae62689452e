from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.tags.tagwords import TagWords, hash_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_SPACE = st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs"))
WORD = st.text(_NO_SPACE, min_size=1, max_size=8)
WORDS = st.lists(WORD, max_size=12)


def in_a_row(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The texts with a quote after each, and where they stand."""
    raws = [text.encode() for text in texts]
    ends = np.cumsum([len(raw) + 1 for raw in raws]) - 1
    spans = np.array([(end - len(raw), end) for end, raw in zip(ends, raws, strict=True)], np.int32)
    return np.frombuffer(b'"'.join([*raws, b""]), np.uint8), spans.reshape(-1, 2)


@given(st.lists(WORDS, max_size=6), st.data())
def test_words_are_numbered_as_by_a_dictionary(texts: list[list[str]], data: st.DataObject) -> None:
    every = sorted({word for text in texts for word in text})
    known = {word: place + 1 for place, word in enumerate(every) if data.draw(st.booleans())}
    words = TagWords()
    words.add(known)
    spaces = data.draw(st.sampled_from([" ", "   "]))
    raw, spans = in_a_row([spaces.join(text) for text in texts])
    found = words.number(raw, hash_words(raw, spans))
    flat = [word for text in texts for word in text]
    assert found.rows.tags.tolist() == [known.get(word, 0) for word in flat]
    ends = [sum(map(len, texts[: place + 1])) for place in range(len(texts))]
    assert found.rows.starts.tolist() == [0, *ends]
    assert found.words == [word for word in flat if word not in known]
    assert found.unknown.tolist() == [n for n, word in enumerate(flat) if word not in known]


def test_a_growing_table_forgets_nothing() -> None:
    words = TagWords()
    for start in range(0, 30_000, 1000):
        words.add({f"tag_{n}": n + 1 for n in range(start, start + 1000)})
    raw, spans = in_a_row([" ".join(f"tag_{n}" for n in range(30_000))])
    found = words.number(raw, hash_words(raw, spans))
    assert found.rows.tags.tolist() == list(range(1, 30_001))
    assert found.words == []
