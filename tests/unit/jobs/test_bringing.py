"""A brought tagger in a collection: table, scan, refresh, questions, retraining, export."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import click
import numpy as np
import pytest

from reviewer.cli.main import cli
from reviewer.core.errors import UsageError
from reviewer.core.tags.tag_mapping import Kind
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.recipes import held_out
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import scan_to_questions
from reviewer.jobs.proposals.floors import find_floors
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.taggers.bringing import (
    BringChoices,
    QuestionsOpen,
    bring_tagger,
    correct_mapping,
    inspect_tagger,
    map_again,
    mapping_of,
)
from reviewer.jobs.taggers.proposing import propose_tags
from reviewer.jobs.taggers.seen import may_have_seen, seen_key
from reviewer.jobs.taggers.sharing import export_tagger
from reviewer.store.library import Library
from tests.conftest import Heard
from tests.unit.cli.conftest import run
from tests.unit.jobs.conftest import make_shapes
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

KNOWN = ("circle", "red", "smile", "^_^", "Square")
CHOICES = TrainChoices(minimum=10, device="cpu")


@pytest.fixture
def theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A WD graph that knows two of the four tags, one in another spelling, and not `blue`."""
    rows = [*folders.WD_ROWS[:4], *((str(n), name, 0) for n, name in enumerate(KNOWN))]
    monkeypatch.setattr(folders.write_wd_list, "__defaults__", (rows,))
    return folders.wd_onnx(tmp_path / "theirs").folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    make_shapes(tmp_path / "images")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as opened:
        import_folder(opened, Silent())
        yield opened


def test_a_brought_tagger_goes_all_the_way(library: Library, theirs: Path, tmp_path: Path) -> None:
    heard = Heard()
    brought = bring_tagger(library, heard, theirs, BringChoices(minimum=10))
    assert brought.summary["version"] == "v1"
    assert (brought.summary["matched"], brought.summary["mapped"]) == (2, 1)
    assert (brought.summary["not in the collection"], brought.summary["no tag"]) == (2, 4)
    assert brought.summary["not in the tagger"] == 1
    assert any("BGR" in note for note in heard.notes)
    assert any("may have seen these labels" in note for note in heard.notes)
    assert may_have_seen(library, "v1")
    shutil.rmtree(theirs)
    active = library.versions.active()
    assert active is not None
    assert (active.name, active.n_tags) == ("v1", 3)
    scanned = scan(library, Silent())
    assert scanned.summary["scanned"] == 120
    # Tags that nobody here uses are not added to the collection.
    assert "smile" not in library.tags.ids()
    asked = scan_to_questions(library, Silent(), minimum=10, scanned=scanned)
    assert asked.summary["questions"] > 0
    ranking = library.rankings.load()
    assert ranking is not None
    names = {library.vocabulary().name(tag) for tag in ranking.tags.tolist()}
    assert "blue" in names


def test_precision_is_told_on_all_images_that_a_tagger_certainly_never_saw(
    library: Library, theirs: Path
) -> None:
    bring_tagger(library, Silent(), theirs, BringChoices(minimum=10))
    scanned = scan(library, Silent())
    scan_to_questions(library, Silent(), minimum=10, scanned=scanned)
    held = sum(held_out([digest])[0] for _, _, digest in library.images.askable())
    with pytest.raises(UsageError, match=f"Only {held} scanned images"):
        find_floors(library, Silent(), level=0.8)
    library.state.set(seen_key("v1"), "no")
    found = find_floors(library, Silent(), level=0.8)
    assert found.images == 120
    # Circles, squares, red and blue ones: all are common enough, and nothing is proved of them.
    assert found.common == found.tags == 3
    assert not found.floors
    assert "more images, or a lower --precision" in found.lines()[1]


def test_a_brought_tagger_is_trained_on_and_leaves_again(
    library: Library, theirs: Path, tmp_path: Path
) -> None:
    heard = Heard()
    bring_tagger(library, heard, theirs, BringChoices(minimum=10))
    scan_to_questions(library, Silent(), minimum=10, scanned=scan(library, Silent()))
    _answer(library, "red", 12)
    before = _head(library, "v1")
    trained, comparison = retrain(library, heard, CHOICES, Promotion.ALWAYS)
    assert trained.summary["promoted"] == 1
    assert comparison.images > 0
    # The network saw every picture already.
    assert any("120 images are scored from what the network saw" in note for note in heard.notes)
    after = _head(library, "v2")
    assert list(after)[: len(before)] == list(before)
    assert list(after)[len(before) :] == ["blue"]
    for name in before.keys() - {"red"}:
        np.testing.assert_array_equal(after[name], before[name])
    assert not np.array_equal(after["red"], before["red"])
    files = library.scan("v2")
    assert files is not None
    assert len(files) == 120
    exported = export_tagger(library, Silent(), tmp_path / "out")
    assert exported.summary["difference"] <= 1e-5
    with (tmp_path / "out" / "selected_tags.csv").open(encoding="utf-8", newline="") as file:
        counts = {row["name"]: int(row["count"]) for row in csv.DictReader(file)}
    assert counts["blue"] > 10
    again = bring_tagger(library, Silent(), tmp_path / "out", BringChoices(minimum=10))
    assert again.summary["matched"] == 3


def _answer(library: Library, tag: str, count: int) -> None:
    number = library.vocabulary().by_name[tag].id
    images = [image_id for image_id, _, _ in library.images.askable()][:count]
    library.decisions.append(
        [Decision(i, number, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1) for i in images]
    )


def _head(library: Library, version: str) -> dict[str, NDArray[np.float32]]:
    """Rows of weights and bias by the tagger's own name."""
    import torch

    from model.version import load_version

    folder = library.version_folder(version)
    tagger, record = load_version(folder, torch.device("cpu"), whole=True)
    rows = torch.cat([tagger.head.weight, tagger.head.bias[:, None]], dim=1).detach().numpy()
    return {name: row for (name, _), row in zip(record.outputs, rows, strict=True)}


def test_the_table_is_shown_corrected_and_made_again(library: Library, theirs: Path) -> None:
    bring_tagger(library, Silent(), theirs, BringChoices(minimum=10))
    scan(library, Silent())
    name, mapping = mapping_of(library)
    assert name == "v1"
    spelt = next(m for m in mapping.meanings if m.own == "Square")
    assert (spelt.tag, spelt.kind, spelt.rule) == ("square", Kind.MAPPED, "spelling")
    heard = Heard()
    changed = correct_mapping(library, heard, "own,tag\nsmile,grinning\nSquare,\n")
    assert changed.summary["changed"] == 2
    assert "grinning" in library.tags.ids()
    files = library.scan("v1")
    assert files is not None
    old = np.asarray(files.embeddings()).copy()
    scan(library, heard)
    assert any("120 images are scored from what the network saw" in note for note in heard.notes)
    again = library.scan("v1")
    assert again is not None
    ids = library.tags.ids()
    assert set(again.shape.tags) == {ids[tag] for tag in ("circle", "red", "grinning")}
    order = np.argsort(files.rows()["image"]), np.argsort(again.rows()["image"])
    np.testing.assert_array_equal(old[order[0]], again.embeddings()[order[1]])
    with pytest.raises(UsageError, match="no output called"):
        correct_mapping(library, Silent(), "own,tag\nnobody,cat\n")
    map_again(library, Silent())
    assert next(m for m in mapping_of(library)[1].meanings if m.own == "Square").tag == "square"


def test_scores_from_embeddings_are_those_of_the_pictures(library: Library, theirs: Path) -> None:
    bring_tagger(library, Silent(), theirs, BringChoices(minimum=10))
    scan(library, Silent())
    files = library.scan("v1")
    assert files is not None
    first = [files.tag_logits(column) for column in range(3)]
    correct_mapping(library, Silent(), "own,tag\nsmile,grinning\n")
    scan(library, Silent())
    again = library.scan("v1")
    assert again is not None
    columns = [again.shape.tags.index(tag) for tag in files.shape.tags]
    for logits, column in zip(first, columns, strict=True):
        # One step of the stored scores is a tenth; embeddings are kept in half precision.
        np.testing.assert_allclose(again.tag_logits(column), logits, atol=0.11)


def test_a_version_of_our_own_has_no_table(library: Library, theirs: Path) -> None:
    with pytest.raises(UsageError, match="no version yet"):
        mapping_of(library)
    bring_tagger(library, Silent(), theirs, BringChoices(minimum=10))
    (library.version_folder("v1") / "mapping.csv").unlink()
    with pytest.raises(UsageError, match="trained here"):
        mapping_of(library)


def test_a_tagger_that_shares_no_tag_is_refused(library: Library, tmp_path: Path) -> None:
    made = folders.ml_danbooru(tmp_path / "other")
    with pytest.raises(UsageError, match="None of the tagger's 9 tags"):
        bring_tagger(library, Silent(), made.folder, BringChoices(minimum=10))
    assert library.versions.all() == []
    assert not library.version_folder("v1").exists()


def test_open_questions_are_told_to_a_program(theirs: Path) -> None:
    rows = (theirs / "selected_tags.csv").read_text(encoding="utf-8")
    made = folders.deepghs_onnx(theirs.with_name("open"))
    (made.folder / "preprocess.json").unlink()
    assert rows
    with pytest.raises(QuestionsOpen) as caught:
        inspect_tagger(made.folder, {})
    assert [key for key, _, _ in caught.value.questions][:2] == ["size", "channels"]
    assert caught.value.exit_code == 2


def test_the_commands_say_what_they_do(library: Library, theirs: Path, tmp_path: Path) -> None:
    place = ("--workspace", library.workspace.path)
    listed = cli.list_commands(click.Context(cli))
    assert {"bring", "taggers", "tagger-tags", "export-tagger"} <= set(listed)
    families = run("taggers")
    assert families.code == 0
    assert "WD tagger (ONNX)" in families.out
    told = run("taggers", theirs)
    assert "Apache-2.0" in told.out
    assert "0..255" in told.out
    library.state.set("min_images", "10")
    brought = run("--json", "bring", theirs, *place, "--ask")
    assert brought.code == 0, brought.out
    summary = brought.events[-1]["summary"]
    assert (summary["matched"], summary["scanned"]) == (2, 120)
    assert summary["questions"] > 0
    saved = run("tagger-tags", *place, "--save", tmp_path / "tags.csv")
    assert saved.code == 0, saved.err
    text = (tmp_path / "tags.csv").read_text(encoding="utf-8")
    assert "Square,square,0,mapped,spelling" in text
    (tmp_path / "tags.csv").write_text(text.replace("Square,square", "Square,"), encoding="utf-8")
    loaded = run(
        "--json", "tagger-tags", *place, "--load", tmp_path / "tags.csv", "--map", "^_^=red"
    )
    assert loaded.code == 0, loaded.out
    assert loaded.events[-1]["summary"]["chosen"] == 2
    shown = run("tagger-tags", *place, "--show", "chosen")
    assert "^_^" in shown.out
    lacking = run("tagger-tags", *place, "--show", "not in the tagger")
    assert lacking.out.split()[:2] == ["blue", "square"]
    wrong = run("--json", "bring", tmp_path / "images", *place)
    assert wrong.code == 1
    assert "No tagger was recognised" in json.dumps(wrong.events[-1])


@pytest.mark.parametrize("make", [folders.wd_onnx, folders.camie])
def test_what_the_tagger_sees_here_and_nobody_wrote_is_proposed(
    library: Library,
    theirs: Path,
    make: Callable[[Path], folders.Made],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folders, "GENERAL", KNOWN)
    made = make(theirs.with_name("another"))
    bring_tagger(library, Silent(), made.folder, BringChoices(minimum=10))
    first, looked = propose_tags(library, Silent())
    assert looked == 120
    missing = {m.own for m in mapping_of(library)[1].meanings if m.kind is Kind.MISSING}
    assert {p.own for p in first} <= missing
    assert first
    from PIL import Image

    paths = [library.folder / path for _, path, _ in library.images.askable()]
    scores = np.stack([made.reference(Image.open(path).convert("RGB")) for path in paths])
    seen = dict(zip(made.names, (scores >= 0.5).sum(axis=0).tolist(), strict=True))
    assert {p.own: p.images for p in first} == {own: seen[own] for own in missing if seen[own]}
    place = ("--workspace", library.workspace.path)
    limit = first[0].images
    said = run("--json", "tagger-tags", *place, "--accept", limit)
    assert said.code == 0, said.out
    assert first[0].tag in library.tags.ids()
    again, _ = propose_tags(library, Silent())
    assert {p.own for p in again} == {p.own for p in first if p.images < limit}
