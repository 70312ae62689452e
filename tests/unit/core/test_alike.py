"""Names that Windows and macOS take for one."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.alike import Names, alike, forms

ACCENT = "e\u0301"
"""`é` as macOS has it in names: a letter and an accent."""


def test_case_and_composition_tell_no_names_apart() -> None:
    assert alike("In/A.PNG") == alike("in/a.png")
    assert alike(f"Pok{ACCENT}mon.png") == alike("POKÉMON.png")
    assert alike("a.png") != alike("b.png")
    assert alike("か\u3099.png") == alike("が.png")


@given(st.text())
def test_every_form_of_a_name_is_alike(name: str) -> None:
    key = alike(name)
    assert alike(key) == key
    for form in ("NFC", "NFD"):
        assert alike(unicodedata.normalize(form, name)) == key
    assert forms(name)[0] == name


def test_a_name_is_found_by_itself_first_and_never_by_chance() -> None:
    names = Names(["a.png", "A.png", "in/B.png", f"{ACCENT}.png"])
    assert names.find("A.png") == "A.png"
    assert names.find("a.PNG") is None
    assert names.find("IN/b.png") == "in/B.png"
    assert names.find("é.png") == f"{ACCENT}.png"
    assert names.find("c.png") is None
