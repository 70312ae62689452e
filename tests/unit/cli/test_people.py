"""The commands for several reviewers, as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer import settings as settings_files
from reviewer.core.types import Answer
from tests.unit.cli.conftest import can_lack_a_display, run
from tests.unit.jobs.reviewed import Hand, collection


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """The workspaces of two copies of a collection: ann reviewed one, ben the other."""
    for name, answer in (("ann", Answer.YES), ("ben", Answer.NO)):
        with collection(tmp_path / name, 5) as library:
            library.tags.add({":o": None})
            hand = Hand(library, name)
            for image_id in (1, 2, 3):
                hand.says(image_id, answer if image_id == 2 else Answer.YES)
    return tmp_path / "ann" / "workspace", tmp_path / "ben" / "workspace"


def test_logs_are_exchanged_settled_and_taken_back(two: tuple[Path, Path], tmp_path: Path) -> None:
    here, there = two
    exported = run("export", "--workspace", there, "--to", tmp_path / "log", "--format", "log")
    assert exported.code == 0
    log = tmp_path / "log" / "log.jsonl"
    said = run("merge", log, "--workspace", here)
    assert said.code == 0
    assert "answers 3, rows 3, images matched 3" in said.out
    assert "3 images matched (3 by hash)" in said.err
    assert "1 pairs were answered differently" in said.err
    again = run("merge", log, "--workspace", here)
    assert "answers 0" in again.out
    told = run("reviewers", "--workspace", here)
    assert "with ben: 66.7%" in told.out
    assert "Disagreements: 1 open" in told.out
    trusted = run("reviewers", "--trust", "ben", "--workspace", here)
    assert "ben: 3 answers, trusted" in trusted.out
    assert "1 settled by a trusted reviewer" in trusted.out
    assert "1 open" in run("reviewers", "--no-trust", "ben", "--workspace", here).out
    assert run("merge", "--undo", "--workspace", here).out.startswith("taken back 3")
    assert "ben" not in run("reviewers", "--workspace", here).out.replace("no ben", "")
    refused = run("merge", "--undo", "--workspace", here)
    assert (refused.code, "No merge" in refused.err) == (2, True)


def test_what_cannot_be_done_is_said_in_a_sentence(two: tuple[Path, Path], tmp_path: Path) -> None:
    here, _ = two
    for words, code, sentence in (
        (("merge",), 2, "Which log?"),
        (("merge", tmp_path / "none.jsonl"), 1, "cannot be read"),
        (("reviewers", "--trust", "dan"), 2, "Nobody called dan"),
        (("vetted", "--min-score", "5"), 2, "No image has a score"),
    ):
        said = run(*words, "--workspace", here)
        assert said.code == code
        assert sentence in said.err


def test_vetted_images_are_marked_weighed_and_cleared(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    here, _ = two
    (tmp_path / "list.txt").write_text("00001.png\n00002.png\n", encoding="utf-8")
    said = run("vetted", "--list", tmp_path / "list.txt", "--weight", "3", "--workspace", here)
    assert "2 images are vetted, 3 are not" in said.out
    assert "weigh 3 times as much" in said.out
    assert "no longer vetted 2" in run("vetted", "--clear", "--workspace", here).out
    programs = run("--json", "vetted", "--workspace", here)
    told = json.loads(programs.out.splitlines()[-1])["summary"]
    assert (told["vetted"], told["new"], told["rarer_tags"]) == (0, 0, 0)
    assert Path(told["report"]).is_file()


def test_the_name_of_who_reviews_is_kept() -> None:
    from reviewer.cli.frame import review_as

    review_as("  ann ")
    assert settings_files.load().reviewer == "ann"
    review_as(None)
    assert settings_files.load().reviewer == "ann"


@can_lack_a_display
def test_what_is_said_of_who_reviews_is_kept_before_a_window_opens(
    two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TAG_REVIEWER_NAME", "ben")
    said = run("review", "--workspace", two[0], "--second-answers", "5")
    assert "no display" in said.err
    kept = settings_files.load()
    assert (kept.reviewer, kept.second_percent) == ("ben", 5)
