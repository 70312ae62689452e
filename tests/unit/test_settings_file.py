"""Settings that several programs store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.settings import Recent, Settings, SettingsFile, load, save

if TYPE_CHECKING:
    from pathlib import Path


def test_what_others_stored_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    save(Settings(reviewer="anna", recent=(Recent("/w/old", "/old", "old"),)), path)
    window = load(path)
    file = SettingsFile(window, path)
    # The terminal: another name, and a collection that the window has never heard of.
    terminal = load(path)
    save(replace(terminal, reviewer="bert").with_recent(Recent("/w/b", "/b", "b")), path)
    window = replace(window, theme="light").with_recent(Recent("/w/a", "/a", "a", 5))
    file.keep(window)
    now = load(path)
    assert (now.reviewer, now.theme) == ("bert", "light")
    assert [entry.name for entry in now.recent] == ["a", "b", "old"]
    file.keep(replace(window, text_percent=120))
    assert (load(path).text_percent, load(path).reviewer) == (120, "bert")
    assert [entry.name for entry in load(path).recent] == ["a", "b", "old"]


def test_two_windows_keep_each_others_collections(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    first, second = SettingsFile(load(path), path), SettingsFile(load(path), path)
    first.keep(Settings().with_recent(Recent("/w/a", "/a", "a")))
    second.keep(Settings().with_recent(Recent("/w/b", "/b", "b")))
    first.keep(Settings(window=(900, 600)).with_recent(Recent("/w/a", "/a", "a", 3, 9)))
    now = load(path)
    assert [(entry.name, entry.answers) for entry in now.recent] == [("a", 9), ("b", 0)]
    assert now.window == (900, 600)


def test_what_a_newer_version_wrote_is_not_thrown_away(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('reviewer = "anna"\nfuture = "kept"\n\n[room]\nsize = 3\n', encoding="utf-8")
    save(replace(load(path), theme="light"), path)
    text = path.read_text(encoding="utf-8")
    assert 'future = "kept"' in text
    assert "[room]\nsize = 3" in text
    assert load(path).theme == "light"


def test_a_file_that_was_broken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    file = SettingsFile(load(path), path)
    path.write_text("theme = dark\n", encoding="utf-8")
    with pytest.raises(SourceError, match="Mend the file"):
        file.keep(Settings(theme="light"))
    assert path.read_text(encoding="utf-8") == "theme = dark\n"
