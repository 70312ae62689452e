"""Slips at the command line: each is answered with what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import draw
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opne", "open"),
        ("imports", "import"),
        ("writeback", "write-back"),
        ("Review", "review"),
        ("crossfit", "cross-fit"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    said = run(typed, "somewhere")
    assert said.code == 2
    assert f"There is no command {typed!r}." in said.err
    assert meant in said.err.partition("Did you mean ")[2].partition("?")[0].split(" or ")


def test_what_is_like_no_command_names_the_help() -> None:
    said = run("qqqqqq")
    assert said.code == 2
    assert "Did you mean" not in said.err
    assert "--help" in said.err


def test_commands_in_groups_are_offered_too() -> None:
    said = run("destinations", "ad", "home")
    assert said.code == 2
    assert "Did you mean add" in said.err


def test_a_folder_in_the_place_of_a_command_names_the_command(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert said.code == 2
    assert f"open {tmp_path}" in said.err


@pytest.mark.parametrize("name", ["open", "import", "status"])
def test_a_file_in_the_place_of_a_folder_names_its_folder(name: str, tmp_path: Path) -> None:
    draw(tmp_path / "set" / "a.png", 1)
    said = run(name, tmp_path / "set" / "a.png")
    assert said.code == 2
    assert "a.png is a file. Name the folder that it is in" in said.err
    assert str(tmp_path / "set") in " ".join(said.err.split())


def test_the_sign_for_home_is_understood_in_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    draw(tmp_path / "set" / "a.png", 1)
    said = run("import", "~/set")
    assert said.code == 0
    assert "images 1" in said.out


def test_an_address_without_its_beginning_is_named(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 1)
    assert run("import", tmp_path).code == 0
    address = ("--kind", "szurubooru", "--user", "me", "--url", "127.0.0.1:80")
    said = run("destinations", "add", "home", tmp_path, *address)
    assert said.code == 2
    assert "127.0.0.1:80 begins with neither http:// nor https://" in said.err


def test_a_folder_of_another_collection_is_told_of_once(tmp_path: Path) -> None:
    whole = tmp_path / "set"
    draw(whole / "part" / "a.png", 1)
    draw(whole / "b.png", 2)
    assert "collection" not in run("import", whole).err
    said = run("import", whole / "part").err
    assert f"part of another collection, {whole.resolve()}" in said
    assert f"reviewer open {whole.resolve()}" in said
    assert "another collection" not in run("import", whole / "part").err


def test_a_folder_round_another_collection_is_told_of(tmp_path: Path) -> None:
    draw(tmp_path / "set" / "part" / "a.png", 1)
    draw(tmp_path / "other" / "b.png", 2)
    assert run("import", tmp_path / "set" / "part").code == 0
    assert "by itself" in run("import", tmp_path / "set").err
    assert "collection" not in run("import", tmp_path / "other").err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("images.zip", "images.zip is an archive: unpack it first."),
        ("posts.jsonl", "posts.jsonl may tell of images: put it into the folder that holds them."),
    ],
)
def test_what_is_there_in_place_of_images_is_named(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(b"{}")
    said = run("import", tmp_path)
    assert said.code == 1
    assert words in said.err
