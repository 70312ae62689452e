"""The commands about characters, from a drawn set to a report."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cast") / "set"
    words = ("--characters", 3, "--pictures", 48, "--side", 64, "--workers", 1)
    said = run("--json", "characters", "sample", folder, *words)
    assert said.code == 0, said.err
    assert said.events[-1]["summary"]["images"] == 48
    return folder


def test_from_a_set_to_questions_and_a_report(drawn: Path, tmp_path: Path) -> None:
    place = ("--workspace", tmp_path / "w")
    imported = run("--json", "import", drawn, *place)
    assert imported.code == 0, imported.err
    faces = run("--json", "characters", "import", *place).events[-1]["summary"]
    assert faces["lines"] == faces["faces"] == 48
    fast = ("--epochs", 1, "--size", 32, "--device", "cpu", "--head", "arcface")
    trained = run("--json", "characters", "train", *place, *fast)
    assert trained.code == 0, trained.err
    summary = trained.events[-1]["summary"]
    assert (summary["network"], summary["head"]) == ("c1", "arcface")
    assert summary["tested"] > 0
    asked = run("--json", "characters", "ask", *place, "--device", "cpu").events[-1]["summary"]
    assert asked["questions"] == summary["questions"]
    report = run("characters", "report", *place, "--to", tmp_path / "report")
    assert report.code == 0, report.err
    assert "faces learnt from" in report.out
    assert "Every character" in (tmp_path / "report" / "characters.html").read_text("utf-8")
    with (tmp_path / "report" / "characters.csv").open(encoding="utf-8", newline="") as file:
        assert sum(int(row["tested"]) for row in csv.DictReader(file)) == summary["tested"]


def test_a_folder_that_holds_something_is_not_drawn_into(drawn: Path) -> None:
    said = run("characters", "sample", drawn)
    assert said.code == 1
    assert "is not empty" in said.err


def test_a_network_that_is_not_there_is_told(drawn: Path, tmp_path: Path) -> None:
    place = ("--workspace", tmp_path / "w")
    assert run("import", drawn, *place).code == 0
    said = run("characters", "report", *place)
    assert said.code == 2
    assert "reviewer characters train" in said.err
    (tmp_path / "x.onnx").write_bytes(b"no graph")
    said = run("characters", "detect", *place, "--detector", tmp_path / "x.onnx")
    assert said.code == 1
    assert "x.onnx" in said.err
