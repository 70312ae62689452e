"""All steps by their commands, as a program hears them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import draw
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path

    from model.config import TaggerConfig, TrainConfig

FAST = ("--device", "cpu", "--epochs", "1", "--input-size", "32")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen images with two tags, and a home that all steps of this module share."""
    place = tmp_path_factory.mktemp("steps")
    lines = ["relative_path,tags"]
    for number in range(16):
        draw(place / "images" / f"{number:02}.png", number)
        tags = " ".join(tag for tag, every in (("two", 2), ("three", 3)) if number % every == 0)
        lines.append(f"{number:02}.png,{tags}")
    (place / "images" / "tags.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place / "images"


def check_events(events: list[dict[str, Any]]) -> None:
    """Progress has its fields and never runs over; one event, the last, tells the end."""
    assert events[-1]["event"] in {"done", "error"}
    assert [e for e in events if e["event"] in {"done", "error"}] == events[-1:]
    progress = [event for event in events if event["event"] == "progress"]
    assert progress
    for event in progress:
        assert set(event) == {"event", "stage", "done", "total", "unit", "rate", "note"}
        assert 0 <= event["done"] <= (event["total"] or event["done"])
        assert event["rate"] >= 0
        assert event["stage"]


def test_the_steps_one_after_the_other(folder: Path, tmp_path: Path) -> None:
    place = ("--workspace", tmp_path / "workspace")
    opened = run("--json", "open", folder, *place, "--no-window", "--min-images", 4, *FAST)
    assert opened.code == 0, opened.err
    check_events(opened.events)
    stages = {event["stage"] for event in opened.events if event["event"] == "progress"}
    assert {"import", "train", "scan"} <= stages
    summary = opened.events[-1]["summary"]
    assert (summary["images"], summary["version"], summary["scanned"]) == (16, "v1", 16)
    # What was asked of a tag holds for the steps after.
    for words in (["refresh"], ["rank", "--order", "rare"], ["scan", "--device", "cpu"]):
        said = run("--json", *words, *place)
        assert said.code == 0, said.out
        check_events(said.events)
    status = run("--json", "status", *place).events[-1]["summary"]
    assert status["questions"] > 0
    retrained = run("--json", "retrain", *place, "--promote", "never", *FAST)
    assert retrained.code == 0, retrained.out
    check_events(retrained.events)
    (table,) = [event for event in retrained.events if event["event"] == "table"]
    assert any("before" in line and "after" in line for line in table["lines"])
    listed = run("versions", *place).out.splitlines()
    assert [line.split()[:2] for line in listed] == [["v1", "active"], ["v2", "candidate"]]
    used = run("--json", "versions", "--use", "v2", *place)
    assert used.code == 0, used.out
    assert used.events[-1]["summary"]["in_use"] == "v2"


def test_the_sample_is_answered_without_a_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a server: no window, no display, figures at the end."""
    from model import config

    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    usual = config.quick_recipe

    def short(*about: str | int, from_scratch: bool) -> tuple[TaggerConfig, TrainConfig]:
        tagger, training = usual(*about, from_scratch=from_scratch)  # type: ignore[arg-type] # as it was called
        return replace(tagger, input_size=32), replace(training, epochs=1)

    # What it learns in thirty epochs is looked at elsewhere.
    monkeypatch.setattr(config, "quick_recipe", short)
    words = ("demo", "--simulate", 12, "--images", 40, "--folder", tmp_path / "sample")
    said = run("--json", *words, "--workspace", tmp_path / "workspace")
    assert said.code == 0, said.out
    check_events(said.events)
    assert said.events[-1]["summary"]["answers"] == 12
