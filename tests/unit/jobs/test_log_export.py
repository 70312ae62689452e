"""The log as CSV and JSON lines: every row, as it was written."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Decision, Image, Origin, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.exports.copies import export
from reviewer.store.images import ImageRow

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.store.library import Library


def test_answers_and_undos_are_written_as_they_came(library: Library, tmp_path: Path) -> None:
    library.tags.add({"cat_ears": None})
    library.images.write([ImageRow(None, Image(0, "日本, 1.png", 10, bytes(32)), 1, frozenset())])
    answer = Decision(1, 1, Answer.NO, Side.WRONG, 0.25, 0.5, "v1", "me", 1_700_000_000_123, 900)
    library.decisions.append([answer])
    library.decisions.undo_last("me")
    library.decisions.append(
        [Decision(1, 1, Answer.UNSURE, Side.WRONG, 0.25, 0.5, "v1", "me", 1, origin=Origin.PAGE)]
    )
    summary = export(library, Silent(), tmp_path / "out", ["log"]).summary
    assert summary["log"] == 3
    with (tmp_path / "out" / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = (tmp_path / "out" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert [row["undoes"] for row in rows] == ["", "1", ""]
    assert [row["undoes"] for row in told] == [None, 1, None]
    assert rows[0] == {key: "" if value is None else str(value) for key, value in told[0].items()}
    assert told[0]["image"] == "日本, 1.png"
    assert told[0]["answered_at"] == "2023-11-14T22:13:20.123+00:00"
    assert (told[0]["answer"], told[0]["original"], told[0]["changed"]) == ("no", "present", True)
    assert (told[2]["answer"], told[2]["origin"]) == ("unsure", "page")
