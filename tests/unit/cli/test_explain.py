"""The commands `explain` and `copies`, as the window calls them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.cli.conftest import run

if TYPE_CHECKING:
    from pathlib import Path


def test_copies_are_found_and_the_questions_explained(tmp_path: Path) -> None:
    folder, workspace = tmp_path / "images", tmp_path / "workspace"
    lines = ["relative_path,tags"]
    for number in range(16):
        draw(folder / f"{number:02}.png", number)
        lines.append(f"{number:02}.png,{'even' if number % 2 == 0 else 'odd'}")
    shutil.copy(folder / "03.png", folder / "again.png")
    lines.append("again.png,odd")
    (folder / "tags.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    place = ("--workspace", workspace)
    fast = ("--device", "cpu", "--epochs", "1", "--input-size", "32")
    opened = run("--json", "open", folder, *place, "--no-window", "--min-images", 4, *fast)
    assert opened.code == 0, opened.err

    copied = run("--json", "copies", *place)
    assert copied.code == 0, copied.err
    assert copied.events[-1]["summary"]["compared"] == 0
    with Library.open(workspace) as library:
        ids = {path: image_id for image_id, path, _ in library.images.askable()}
        assert ids["again.png"] in library.copies.of(ids["03.png"])
        ranking = library.rankings.load()
        pair = (int(ranking.images[-1]), int(ranking.tags[-1]))

    one = run("--json", "explain", *place, "--pair", *pair, "--device", "cpu")
    assert one.code == 0, one.err
    assert one.events[-1]["summary"]["maps"] == 1
    rest = run("--json", "explain", *place, "--count", 5, "--device", "cpu")
    assert rest.events[-1]["summary"]["maps"] == 5
    stages = {event["stage"] for event in rest.events if event["event"] == "progress"}
    assert stages == {"explain"}


def test_there_is_nothing_to_explain_before_a_ranking(imported: Path) -> None:
    said = run("--json", "explain", imported)
    assert said.code == 0
    assert said.events[-1]["summary"] == {"maps": 0}
    assert run("--json", "copies", imported).events[-1]["summary"] == {"copies": 0, "compared": 0}
