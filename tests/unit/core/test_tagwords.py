from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.tagwords import TagWords

_NO_SPACE = st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs"))
WORD = st.text(_NO_SPACE, min_size=1, max_size=8)
WORDS = st.lists(WORD, max_size=12)


@settings(deadline=None)  # the first call compiles
@given(st.lists(WORDS, max_size=6), st.data())
def test_words_are_numbered_as_by_a_dictionary(texts: list[list[str]], data: st.DataObject) -> None:
    every = sorted({word for text in texts for word in text})
    known = {word: place + 1 for place, word in enumerate(every) if data.draw(st.booleans())}
    words = TagWords()
    words.add(known)
    spaces = data.draw(st.sampled_from([" ", "   ", "\n"]))
    found = words.number([spaces.join(text) for text in texts])
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
    found = words.number([" ".join(f"tag_{n}" for n in range(30_000))])
    assert found.rows.tags.tolist() == list(range(1, 30_001))
    assert found.words == []
