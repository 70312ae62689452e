"""Which of the collection's tags a brought tagger's tags are."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.errors import UsageError
from reviewer.core.tags.tag_mapping import (
    Kind,
    Knowledge,
    TagMapping,
    corrected,
    map_outputs,
    plain,
    read_table,
)
from reviewer.core.tags.vocabulary import Vocabulary
from reviewer.core.types import Category, Tag


def vocabulary(*names: str, **aliases: str) -> Vocabulary:
    tags = {number: Tag(number, name) for number, name in enumerate(names, start=1)}
    ids = {tag.name: number for number, tag in tags.items()}
    return Vocabulary(tags, aliases={alias: ids[name] for alias, name in aliases.items()})


def meaning(own: str, words: Vocabulary, knowledge: Knowledge | None = None, category: int = 0):
    (found,) = map_outputs([(own, category)], words, knowledge).meanings
    return found.tag, found.kind, found.rule


@pytest.mark.parametrize(
    ("own", "here", "rule"),
    [
        ("long_hair", "long_hair", "same name"),
        ("^_^", "^_^", "same name"),
        (":d", ":d", "same name"),
        ("nan", "nan", "same name"),
        ("long hair", "long_hair", "spelling"),
        ("Long_Hair", "long_hair", "spelling"),
        (r"saber_\(fate\)", "saber_(fate)", "spelling"),
        ("saber (fate)", r"saber_\(fate\)", "spelling"),
        ("> <", ">_<", "spelling"),
        ("saber", "character:saber", "namespace"),
        ("series:fate", "fate", "namespace"),
        ("butt", "ass", "e621 and Danbooru"),
        ("absurdres", "absurd_res", "e621 and Danbooru"),
        ("lucario", "lucario_(species)", "qualifier"),
        ("fate_(series)", "fate", "qualifier"),
    ],
)
def test_one_tag_is_found_under_the_other_name(own: str, here: str, rule: str) -> None:
    kind = Kind.MATCHED if rule == "same name" else Kind.MAPPED
    assert meaning(own, vocabulary(here, "another")) == (here, kind, rule)


@pytest.mark.parametrize(
    ("own", "here"),
    [
        (";)", ":)"),
        ("^_^", "^o^"),
        ("hat", "hats"),
        ("saber_(fate)", "saber"),
        ("cat:ears", "ears"),
    ],
)
def test_what_is_not_the_same_stays_apart(own: str, here: str) -> None:
    assert meaning(own, vocabulary(here)) == ("", Kind.MISSING, "")


def test_aliases_go_both_ways() -> None:
    words = vocabulary("twintails", "kemonomimi", twin_tails="twintails")
    assert meaning("twin_tails", words) == ("twintails", Kind.MAPPED, "alias")
    known = Knowledge(aliases={"kemonomimi": "animal_ears", "beast_ears": "animal_ears"})
    assert meaning("animal_ears", words, known) == ("kemonomimi", Kind.MAPPED, "alias")
    assert meaning("beast_ears", words, known) == ("kemonomimi", Kind.MAPPED, "alias")
    assert meaning("beast_ears", words) == ("", Kind.MISSING, "")


def test_a_tag_that_was_renamed_is_followed() -> None:
    known = Knowledge(renamed={"old name": "new_name"})
    assert meaning("old name", vocabulary("new_name"), known)[::2] == ("new_name", "renamed")


def test_ratings_and_years_are_no_tags() -> None:
    words = vocabulary("general", "explicit", "year_2020")
    assert meaning("general", words, category=9) == ("", Kind.NO_TAG, "a rating")
    assert meaning("year_2020", words, category=10) == ("", Kind.NO_TAG, "a year")


def test_two_outputs_never_mean_one_tag() -> None:
    found = map_outputs(
        [("long hair", 0), ("long_hair", 0), ("Long hair", 0)], vocabulary("long_hair")
    )
    assert [m.tag for m in found.meanings] == ["", "long_hair", ""]
    assert "another output: long_hair" in found.meanings[0].rule


def test_two_spellings_here_are_each_their_own_tag() -> None:
    words = vocabulary("long_hair", "Long_hair")
    assert meaning("Long_hair", words)[0] == "Long_hair"
    assert meaning("long hair", words)[0] == "long_hair"
    words = vocabulary("LONG_hair", "Long_hair")
    assert meaning("long hair", words)[0] == ""


def test_what_the_tagger_lacks_is_told() -> None:
    words = vocabulary("hat", "cat", "dog")
    words.tags[4] = Tag(4, "highres", Category.META)  # type: ignore[index]  # a dict in this test
    assert map_outputs([("hat", 0)], words).lacking == ("cat", "dog")
    found = map_outputs([("hat", 0)], words, wanted=["cat", "hat"])
    assert found.lacking == ("cat",)
    assert found.counts == {
        "matched": 1, "mapped": 0, "chosen": 0, "not in the collection": 0, "no tag": 0,
        "not in the tagger": 1,
    }  # fmt: skip


def test_a_person_corrects_the_table() -> None:
    words = vocabulary("hat", "headwear", "cat", pussycat="cat")
    before = map_outputs([("hat", 0), ("cap", 0), ("kitten", 0), ("sky", 0)], words)
    text = 'own,tag\nhat,\ncap,hat\nkitten,pussycat\nsky,"blue, sky"\n'
    after = corrected(before, text, words)
    assert [m.tag for m in after.meanings] == ["", "hat", "cat", "blue, sky"]
    assert {m.kind for m in after.meanings} == {Kind.CHOSEN}
    assert after.meanings[3].rule == "a new tag of the collection"
    assert after.lacking == ("headwear",)
    again = corrected(after, "own,tag\n", words)
    assert again.meanings == after.meanings


def test_a_tag_chosen_for_one_output_is_taken_from_the_other() -> None:
    words = vocabulary("hat")
    before = map_outputs([("hat", 0), ("cap", 0)], words)
    after = corrected(before, "own,tag\ncap,hat\n", words)
    assert [m.tag for m in after.meanings] == ["", "hat"]
    assert "chosen for another" in after.meanings[0].rule


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name,tag\nhat,hat\n", "columns own and tag"),
        ("own,tag\nscarf,hat\n", "scarf"),
        ("own,tag\nhat,new\ncap,new\n", "Two outputs"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(text: str, word: str) -> None:
    words = vocabulary("hat")
    with pytest.raises(UsageError, match=word):
        corrected(map_outputs([("hat", 0), ("cap", 0)], words), text, words)


def test_a_damaged_table_is_refused() -> None:
    with pytest.raises(UsageError, match="--reset"):
        read_table("own,tag,category,kind,rule\nhat,hat,0,nonsense,x\n")


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(st.lists(st.tuples(NAMES, st.sampled_from([0, 1, 3, 4, 5, 9])), max_size=12), st.sets(NAMES))
def test_every_output_has_one_meaning_and_the_table_reads_back(
    outputs: list[tuple[str, int]], names: set[str]
) -> None:
    words = vocabulary(*sorted(names))
    found = map_outputs(outputs, words)
    assert [(m.own, m.category) for m in found.meanings] == outputs
    tags = [m.tag for m in found.meanings if m.tag]
    assert len(tags) == len(set(tags))
    assert set(tags) <= names
    for m in found.meanings:
        if m.category != 9 and m.own in names and m.kind is not Kind.MATCHED:
            assert any(o.tag == m.own for o in found.meanings)
    assert read_table(found.as_csv()) == TagMapping(found.meanings)
    rows = list(csv.DictReader(io.StringIO(found.as_csv(), newline="")))
    assert [row["own"] for row in rows] == [name for name, _ in outputs]


@given(NAMES)
def test_a_spelling_is_settled(name: str) -> None:
    assert plain(plain(name)) == plain(name)
