"""Corrected ratings on their way to sites and into files."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from reviewer.core.choices.ratings import rating_tag
from reviewer.core.outbox import Edit
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.exports.copies import export
from reviewer.jobs.exports.in_place import changes_in_place
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.writing.files import plan_files
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.unit.jobs.writing.conftest import Bench

    MakeBench = Callable[..., Bench]

SCHEMES = {"szurubooru": "sqe", "danbooru": "gsqe", "e621": "sqe", "moebooru": "sqe"}


def rated(bench: MakeBench, kind: str, post: Mapping[str, str]) -> Bench:
    """A post that its downloader saved as safe (or sensitive), answered to be explicit."""
    at = bench(kind, {1: "1girl"})
    path = at.library.folder / f"{at.image(1)}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | post))
    import_folder(at.library, Silent())
    before = "rating:sensitive" if kind == "danbooru" else "rating:safe"
    image = at.library.images.get(at.library.images.known_files()[at.image(1)].id)
    assert rating_tag(image.rating, image.rating_scheme) == before
    at.answer_all([1], {"rating:explicit": Answer.YES, before: Answer.NO}, origin=Origin.CHOICE)
    return at


def rating_of(at: Bench) -> str:
    return at.site.posts[at.post_id(1)].rating


@pytest.mark.parametrize("kind", SCHEMES)
def test_a_rating_is_sent_looked_at_and_taken_back_without_touching_tags(
    bench: MakeBench, kind: str
) -> None:
    field = {"safety": "safe"} if kind == "szurubooru" else {"rating": "s"}
    if kind == "danbooru":
        field = {"rating": "sensitive"}
    at = rated(bench, kind, field)
    (planned,) = at.plan().edits
    removed = "rating:sensitive" if kind == "danbooru" else "rating:safe"
    assert planned.edit == Edit(frozenset({"rating:explicit"}), frozenset({removed}))
    at.queue()
    at.send()
    assert at.states()[at.image(1)] == "done"
    assert (rating_of(at), at.tags(1)) == ("e", {"1girl"})
    assert at.plan().edits == []
    at.undo()
    assert (rating_of(at), at.tags(1)) == ("s", {"1girl"})


@pytest.mark.parametrize("kind", ["danbooru", "szurubooru"])
def test_a_rating_that_somebody_changed_meanwhile_is_a_conflict(bench: MakeBench, kind: str):
    at = rated(bench, kind, {"safety": "safe"} if kind == "szurubooru" else {"rating": "sensitive"})
    at.queue()
    at.site.posts[at.post_id(1)].rate("somebody", "q")
    at.send()
    assert at.states()[at.image(1)] == "conflict"
    assert rating_of(at) == "q"


def test_a_rating_goes_with_tags_in_one_edit_and_to_hydrus_as_a_tag(bench: MakeBench):
    at = rated(bench, "e621", {"rating": "s"})
    at.site.known.add("hat")
    at.answer(1, "hat", Answer.YES)
    at.queue()
    at.send()
    assert (rating_of(at), at.tags(1)) == ("e", {"1girl", "hat"})
    assert at.site.writes == 1


def test_a_word_that_a_site_has_no_rating_for_is_left_out_with_a_reason(bench: MakeBench):
    at = bench("e621", {1: "1girl"})
    at.answer_all([1], {"rating:general": Answer.YES}, origin=Origin.CHOICE)
    plan = at.plan()
    assert plan.edits == []
    assert [(s.tag, s.reason) for s in plan.skipped] == [
        ("rating:general", "the site has no such rating")
    ]


def table(make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path) -> Library:
    """Two images of a tags.csv with ratings, the first corrected from safe to explicit."""
    folder = make_folder({"a.png": "cat", "b.png": "dog"})
    (folder / "tags.csv").write_text("relative_path,tags,rating\na.png,cat,s\nb.png,dog,q\n")
    library = Library.create(tmp_path / "workspace", folder)
    import_folder(library, Silent())
    ids = library.tags.add({"rating:safe": None, "rating:explicit": None})
    image = library.images.known_files()["a.png"].id
    step = [
        (ids["rating:explicit"], Answer.YES, Side.MISSING),
        (ids["rating:safe"], Answer.NO, Side.WRONG),
    ]
    library.decisions.append(
        [
            Decision(image, tag, answer, side, 0.9, 0.9, "v1", "me", 1, origin=Origin.CHOICE)
            for tag, answer, side in step
        ]
    )
    return library


def test_exports_carry_the_corrected_rating_beside_the_tags(
    make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    with table(make_folder, tmp_path) as library:
        export(library, Silent(), tmp_path / "out", ["tags.csv", "jsonl", "captions"])
    rows = list(csv.DictReader((tmp_path / "out" / "tags.csv").read_text().splitlines()))
    assert [(row["tags"], row["rating"]) for row in rows] == [
        ("cat", "explicit"),
        ("dog", "questionable"),
    ]
    lines = (tmp_path / "out" / "posts.jsonl").read_text().splitlines()
    assert [json.loads(line)["rating"] for line in lines] == ["explicit", "questionable"]
    assert (tmp_path / "out" / "captions" / "a.txt").read_text() == "cat\n"


def test_the_table_itself_is_corrected_in_its_own_letters_after_its_diff(
    make_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path
) -> None:
    with table(make_folder, tmp_path) as library:
        (planned,) = plan_files(library).edits
        assert planned.edit == Edit(frozenset({"rating:explicit"}), frozenset({"rating:safe"}))
        (change,) = changes_in_place(library).changes
    assert change.edit.after.decode() == "relative_path,tags,rating\na.png,cat,e\nb.png,dog,q\n"
