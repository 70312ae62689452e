"""Columns in a folder: what is written is read, what may be missing is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import StoreError
from reviewer.store.columns import (
    MAPPED_FROM,
    read_columns,
    read_record,
    write_columns,
    write_record,
)

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Pairs:
    images: np.ndarray
    scores: np.ndarray | None = None


def test_a_column_that_is_none_is_left_out_and_may_be_missing(tmp_path: Path) -> None:
    images = np.arange(5, dtype=np.int64)
    write_columns(tmp_path / "pairs", Pairs(images), ("images", "scores"))

    held = read_columns(tmp_path / "pairs", ("images",), ("scores",))

    assert list(held) == ["images"]
    assert held["images"].dtype == np.int64
    assert held["images"].tolist() == images.tolist()
    with pytest.raises(FileNotFoundError, match="scores"):
        read_columns(tmp_path / "pairs", ("images", "scores"))


def test_only_large_columns_stay_on_the_disk(tmp_path: Path) -> None:
    pairs = Pairs(np.zeros(8, np.int64), np.ones(MAPPED_FROM, np.uint8))
    write_columns(tmp_path / "pairs", pairs, ("images", "scores"))

    mapped = read_columns(tmp_path / "pairs", ("images", "scores"), mapped=True)
    whole = read_columns(tmp_path / "pairs", ("images", "scores"))

    kinds = {name: isinstance(column.base, np.memmap) for name, column in mapped.items()}
    assert kinds == {"images": False, "scores": True}
    assert not any(isinstance(column.base, np.memmap) for column in whole.values())
    # Each slice of an array of that class is ten times as slow as of a plain one.
    assert not any(isinstance(column, np.memmap) for column in mapped.values())
    assert not mapped["scores"].flags.writeable
    assert (mapped["scores"] == 1).all()


def test_a_record_that_is_not_there_is_empty_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    place = tmp_path / "record.json"
    assert read_record(place) == {}
    write_record(place, {"version": "v1", "decided": 3})
    assert read_record(place) == {"version": "v1", "decided": 3}
    place.write_text('{"version": "v1', encoding="utf-8")
    with pytest.raises(StoreError, match=r"record\.json is damaged"):
        read_record(place)
