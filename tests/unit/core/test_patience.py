"""A refusal of the moment is waited for where that helps, and told where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.core import patience
from reviewer.core.errors import StoreError
from reviewer.store.disk import replacing

if TYPE_CHECKING:
    from pathlib import Path


def replace_folder(place: Path) -> None:
    with replacing(place) as aside:
        aside.mkdir()
        (aside / "new").touch()


class Reader:
    """Somebody who has a file open while it is to be moved, a few times."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.asked = 0

    def step(self) -> None:
        self.asked += 1
        if self.left:
            self.left -= 1
            raise PermissionError("used by another process")


def test_what_is_refused_for_a_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 600.0)
    monkeypatch.setattr(patience, "_PAUSE_S", 0.0)
    reader = Reader(3)
    patience.patiently(reader.step)
    assert reader.asked == 4


def test_a_refusal_that_stays_is_told_and_where_it_is_final_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.0)
    reader = Reader(1000)
    with pytest.raises(PermissionError):
        patience.patiently(reader.step)
    assert reader.asked == 1


def test_a_folder_stays_where_its_successor_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "made"
    place.mkdir()
    (place / "old").touch()
    really = type(place).rename

    def rename(self: Path, target: Path) -> Path:
        if self.name.endswith(".tmp"):
            raise PermissionError("used by another process")
        return really(self, target)

    monkeypatch.setattr(type(place), "rename", rename)
    with pytest.raises(StoreError, match="Cannot write"):
        replace_folder(place)
    assert [path.name for path in place.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [place]
