"""What strangers called files and tags steers no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Decision, Side
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.conftest import draw
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "\x1b]0;mine\x07"
"""Gives the terminal's window another title."""
TURNED = "cat\u202egpj.exe"


def test_files_and_captions_that_hold_escapes(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / f"{TITLE}a.png", 1)
    (folder / f"{TITLE}b.png").write_bytes(b"no picture")
    (folder / f"{TITLE}a.txt").write_text(f"cat, hat, {TITLE}dog", encoding="utf-8")
    said = run("import", folder)
    listed = run("status", folder, "--problems")
    with Library.open(workspace_for(folder)) as library:
        (image,) = (found.id for found, _ in library.images.rows() if "a.png" in found.path)
        cat = library.vocabulary().by_name["cat"].id
        row = Decision(image, cat, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
        library.decisions.append([row])
    shown = run("export", folder, "--in-place", text="y\n")
    for text in (said.out, said.err, listed.out, shown.out, shown.err):
        assert "\x1b" not in text
        assert "\x07" not in text
    assert r"\x1b]0;mine\x07b.png: it is not an image that can be read" in listed.out
    assert r"-cat, hat, \x1b]0;mine\x07dog" in shown.out
    # What is shown otherwise is written as it is.
    assert (folder / f"{TITLE}a.txt").read_text(encoding="utf-8") == f"hat, {TITLE}dog"


def test_a_name_that_turns_the_line_round_is_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    draw(folder / "a.png", 1)
    (folder / f"{TURNED}.png").write_bytes(b"no picture")
    assert r"cat\u202egpj.exe.png" in run("import", folder).err
    # Programs are given the very name.
    (line,) = run("--json", "status", folder, "--problems").events[0]["lines"]
    assert TURNED in line
