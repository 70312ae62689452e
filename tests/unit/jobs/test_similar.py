"""Similar images of a prepared collection: by id, path and foreign file, and in groups."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from PIL import Image

from reviewer.cli.main import cli
from reviewer.core.errors import SourceError, UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.images.copies import find_copies
from reviewer.jobs.images.similar import By, build_index, find_similar
from reviewer.jobs.images.similar_groups import Relation, find_groups, group_lines, write_groups
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.store.nearest_index import can_build

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library

    Shapes = tuple[Library, dict[str, frozenset[str]]]


def test_an_image_is_found_by_id_by_path_and_as_a_file(shapes: Shapes, tmp_path: Path) -> None:
    library, _ = shapes
    image_id = next(i for i, path, _ in library.images.askable() if path == "010.png")
    by_id = find_similar(library, str(image_id), count=5)
    assert by_id.found == find_similar(library, "010.png", count=5).found
    assert by_id.found == find_similar(library, str(library.folder / "010.png"), count=5).found
    assert len(by_id.found) == 5
    assert image_id not in {near.image_id for near, _ in by_id.found}
    shutil.copy(library.folder / "010.png", tmp_path / "foreign.png")
    foreign = find_similar(library, str(tmp_path / "foreign.png"), count=3, device="cpu")
    assert foreign.found[0][1] == "010.png"
    assert foreign.found[0][0].bits == 0
    by_hash = find_similar(library, str(tmp_path / "foreign.png"), by=By.HASH, count=3)
    assert by_hash.found[0][1] == "010.png"
    assert "010.png" in by_hash.lines()[2]


def test_what_is_not_there_is_a_sentence(shapes: Shapes, tmp_path: Path) -> None:
    library, _ = shapes
    with pytest.raises(UsageError, match="no image nowhere"):
        find_similar(library, "nowhere.png")
    with pytest.raises(UsageError, match="id 99999"):
        find_similar(library, "99999")
    (tmp_path / "torn.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match="torn"):
        find_similar(library, str(tmp_path / "torn.png"), device="cpu")


def test_copies_and_variants_are_told_apart(shapes: Shapes, tmp_path: Path) -> None:
    library, _ = shapes
    before = find_groups(library, Silent(), like=1.01)
    picture = Image.open(library.folder / "001.png")
    picture.resize((96, 96), Image.Resampling.LANCZOS).save(library.folder / "larger.png")
    import_folder(library, Silent())
    scan(library, Silent(), ScanChoices(device="cpu"))
    refresh(library, Silent(), minimum=10)
    find_copies(library, Silent())
    groups = find_groups(library, Silent(), like=1.01)
    mine = next(group for group in groups if any(m.path == "larger.png" for m in group))
    assert "001.png" in {member.path for member in mine}
    added = sum(len(group) for group in groups) - sum(len(group) for group in before)
    assert added >= 1
    assert [member.relation for group in groups for member in group].count(Relation.COPY) >= 1
    assert any("copies of one picture" in line for line in group_lines(groups))
    changes = write_groups(library, groups, tmp_path / "out")
    with (tmp_path / "out" / "groups.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == changes.summary["images"] == sum(len(group) for group in groups)
    assert {row["relative_path"] for row in rows} >= {"larger.png", "001.png"}
    assert "larger.png" in (tmp_path / "out" / "groups.html").read_text(encoding="utf-8")


@pytest.mark.skipif(not can_build(), reason="usearch is not installed")
def test_the_index_tells_its_recall(shapes: Shapes) -> None:
    library, _ = shapes
    changes = build_index(library, Silent(), threads=1)
    assert changes.summary["indexed"] == 120
    assert changes.summary["recall"] >= 0.99


def test_the_command_prints_the_nearest(shapes: Shapes) -> None:
    library, _ = shapes
    place = str(library.workspace.path)
    found = CliRunner().invoke(cli, ["similar", "010.png", "--workspace", place, "-n", "3"])
    assert found.exit_code == 0
    assert "found 3, among 120" in found.output
    assert CliRunner().invoke(cli, ["similar"]).exit_code == 2
