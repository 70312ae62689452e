from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.sources.caption_text import (
    Caption,
    Style,
    sentences_in,
    style_among,
    style_of,
    usual_style,
)
from reviewer.sources.text import tag_key

AWKWARD = [
    "^_^",
    "fate_(series)",
    ":d",
    ">_<",
    "^__^",
    "rating:e",
    "初音ミク",
    "x" * 170,
    "1girl",
    "hatsune_miku_(cosplay)",
]

words = st.sampled_from(AWKWARD) | st.from_regex(
    r"[a-z0-9][a-z0-9_():'-]{0,20}[a-z]", fullmatch=True
)
comma_texts = st.lists(words.map(lambda w: w.replace("_", " ") if len(w) > 3 else w), max_size=12)
gaps = st.sampled_from([", ", ",", " , ", ",  ", ",\n"])
tails = st.sampled_from(["", "\n", ", ", ",", "\r\n", "  "])


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("1girl, solo, blue hair", Style.COMMAS),
        ("1girl solo blue_hair", Style.SPACES),
        ("1girl\nsolo\nblue_hair\n", Style.LINES),
        ("1girl solo\nblue_hair hat", Style.SPACES),
        ("twilight sparkle\nsolo\na,b", Style.LINES),
        ("a, b, c\nd, e\nf", Style.COMMAS),
        ("1girl,solo", Style.COMMAS),
        ("a girl in a red hat sits on a bench", None),
        ("cat dog tree sky sea house bird", None),
        ("1girl\nthe girl who leapt through time again\nsolo", Style.LINES),
        ("the girl who leapt through time again", None),
        ("1girl the_wind of_the_sea a_hat on_bench red cat", Style.SPACES),
        ("long hair", None),
        ("twilight sparkle\nsolo", None),
        ("a,b\nsolo", None),
        ("solo", None),
        ("", None),
    ],
)
def test_the_style_is_told_by_the_text(text: str, style: Style | None) -> None:
    assert style_of(text) is style


def test_most_texts_tell_for_those_that_do_not() -> None:
    assert usual_style(["a, b", "c, d", "e f", "g"]) is Style.COMMAS
    assert usual_style([]) is Style.COMMAS
    assert usual_style(["long hair", "a\nb\nc d"]) is Style.LINES
    assert usual_style(["1girl solo", "hat"]) is Style.SPACES
    assert usual_style(["1girl", "hat"]) is Style.COMMAS
    sentence = "a girl in a red hat sits on a bench"
    assert usual_style([sentence, "1girl solo"]) is Style.SPACES
    assert usual_style([sentence, "1girl, solo"]) is Style.COMMAS
    assert usual_style([sentence]) is Style.COMMAS
    assert usual_style(["cat dog tree sky sea house bird"]) is Style.SPACES
    assert usual_style(["a girl in a hat", "a robot", "woman in red", "two dogs"]) is Style.COMMAS


@pytest.mark.parametrize(
    ("text", "usual", "style"),
    [
        ("long hair", Style.COMMAS, Style.COMMAS),
        ("cat sky sea", Style.SPACES, Style.SPACES),
        ("a girl in a hat", Style.SPACES, Style.COMMAS),
        ("a girl in a hat", Style.LINES, Style.LINES),
        ("1girl the_hat", Style.COMMAS, Style.SPACES),
    ],
)
def test_a_text_is_written_as_the_others_unless_it_tells(
    text: str, usual: Style, style: Style
) -> None:
    assert style_among(text, usual) is style


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A girl in a red hat sits on a bench", ["a girl in a red hat sits on a bench"]),
        ("1girl, solo, A girl stands in the sun.", ["a girl stands in the sun."]),
        ("1girl, solo, hand on hip, holding a hat", []),
        ("a, an, the, of, in, on, cat, dog", []),
        ("1girl, the lord of the rings, ghost in the shell", []),
        ("1girl in_the_rain on a bench with the cat x", []),
        ("", []),
    ],
)
def test_a_sentence_is_told_by_its_little_words(text: str, sentences: list[str]) -> None:
    assert sentences_in(text) == sentences


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("blue hair", "blue_hair"),
        (" Blue Hair ", "blue_hair"),
        (r"fate \(series\)", "fate_(series)"),
        ("(blue hair:1.2)", "blue_hair"),
        ("^_^", "^_^"),
        (":d", ":d"),
        ("fate_(series)", "fate_(series)"),
        ("初音 ミク", "初音_ミク"),
    ],
)
def test_tags_match_however_they_are_written(written: str, key: str) -> None:
    assert tag_key(written) == key


@pytest.mark.parametrize(
    ("text", "added", "removed", "result"),
    [
        ("1girl, solo, blue hair\n", ["cat_ears"], [], "1girl, solo, blue hair, cat ears\n"),
        ("1girl, solo, blue hair\n", [], ["solo"], "1girl, blue hair\n"),
        ("1girl, solo, blue hair\n", [], ["1girl"], "solo, blue hair\n"),
        ("1girl, solo, blue hair\n", [], ["blue_hair"], "1girl, solo\n"),
        ("1girl,solo,", ["hat"], ["1girl"], "solo,hat,"),
        ("1girl solo blue_hair", ["cat_ears"], ["solo"], "1girl blue_hair cat_ears"),
        ("1girl\nblue_hair\n", ["cat_ears"], [], "1girl\nblue_hair\ncat_ears\n"),
        (r"a \(b\), c d", ["e_(f)"], [], r"a \(b\), c d, e \(f\)"),
        ("a_b, c_d", ["e_f"], [], "a_b, c_d, e_f"),
        ("(solo:1.3), hat", [], ["solo"], "hat"),
        ("solo", [], ["solo"], ""),
        ("a, b, c", [], ["a", "b"], "c"),
        ("a, b, c", [], ["a", "b", "c"], ""),
        ("\n", ["hat"], [], "hat\n"),
        ("A girl with a hat, smiling", ["hat"], [], "A girl with a hat, smiling, hat"),
        ("a, b\nA red hat.\n", ["c"], [], "a, b, c\nA red hat.\n"),
        ("a, b\nA red hat.\n", [], ["b"], "a\nA red hat.\n"),
        ("a, b\nc, d\n", [], ["c"], "a, b\nd\n"),
        ("a, b\r\nc, d", ["e"], [], "a, b\r\nc, d, e"),
        ("a, b\nc, d\n", [], ["c", "d"], "a, b\n"),
        ("a, b\nc, d\n", [], ["a", "b"], "c, d\n"),
    ],
)
def test_an_edit_changes_the_edited_tag_alone(
    text: str, added: list[str], removed: list[str], result: str
) -> None:
    caption = Caption(text, style_of(text) or Style.COMMAS)
    assert caption.edited(added, removed) == result


@given(comma_texts, gaps, tails)
def test_a_caption_without_edits_stays_byte_for_byte(parts: list[str], gap: str, tail: str) -> None:
    text = gap.join(parts) + tail
    for style in Style:
        assert Caption(text, style).edited([], ["never_there"]) == text


@given(st.lists(words, min_size=1, max_size=10, unique_by=tag_key), gaps, tails, words)
def test_adding_and_removing_a_tag_gives_the_text_back(
    parts: list[str], gap: str, tail: str, new: str
) -> None:
    text = gap.join(parts) + tail
    caption = Caption(text, Style.COMMAS)
    name = tag_key(new)
    if name in caption.tags() or not caption.tags():
        return
    changed = caption.edited([name], [])
    assert Caption(changed, Style.COMMAS).tags() == [*caption.tags(), name]
    assert Caption(changed, Style.COMMAS).edited([], [name]) == text


@given(st.lists(words, min_size=2, max_size=10, unique_by=tag_key), st.integers(0, 9))
def test_removing_takes_that_tag_and_no_other(parts: list[str], which: int) -> None:
    caption = Caption(", ".join(parts), Style.COMMAS)
    before = caption.tags()
    gone = before[which % len(before)]
    after = Caption(caption.edited([], [gone]), Style.COMMAS).tags()
    assert after == [tag for tag in before if tag != gone]


@given(
    st.lists(words, min_size=1, max_size=10, unique_by=tag_key),
    st.lists(words, max_size=4, unique_by=tag_key),
    st.data(),
)
def test_one_tag_a_line_is_edited_line_by_line(
    parts: list[str], new: list[str], data: st.DataObject
) -> None:
    caption = Caption("\n".join(parts) + "\n", Style.LINES)
    before = caption.tags()
    gone = data.draw(st.sets(st.sampled_from(before)))
    added = [name for word in new if (name := tag_key(word)) not in before]
    after = Caption(caption.edited(added, gone), Style.LINES).tags()
    assert after == [tag for tag in before if tag not in gone] + added


@pytest.mark.parametrize(
    ("text", "added", "after"),
    [
        ("Long Hair, Blue Sky, 1girl", "red_hat", "Long Hair, Blue Sky, 1girl, Red Hat"),
        ("Long hair, Blue sky", "red_hat", "Long hair, Blue sky, Red hat"),
        ("Long_Hair Blue_Sky", "red_hat", "Long_Hair Blue_Sky Red_Hat"),
        (r"Saber \(Fate\), Blue Sky", "rin_(fate)", r"Saber \(Fate\), Blue Sky, Rin \(Fate\)"),
        ("Hatsune Miku, long hair", "red_hat", "Hatsune Miku, long hair, red hat"),
        ("Cat, 1girl", "red_hat", "Cat, 1girl, red hat"),
        ("long hair, blue sky", "red_hat", "long hair, blue sky, red hat"),
    ],
)
def test_a_new_tag_has_capitals_where_all_others_have_them(
    text: str, added: str, after: str
) -> None:
    style = style_of(text) or Style.COMMAS
    edited = Caption(text, style).edited([added], [])
    assert edited == after
    assert Caption(edited, style).tags()[-1] == added
