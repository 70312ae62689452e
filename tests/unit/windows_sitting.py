"""A whole way through the program, from images to corrected files and back, as a program.

`tests.windows_rules` runs it as Windows would: `python -m tests.windows_rules -m
tests.unit.windows_sitting FOLDER`. Its last line says how much of it the rules refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from reviewer.__main__ import cli
from reviewer.core.types import Answer, Decision, Side
from reviewer.store import columns
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests import windows_rules

IMAGES = 48
KINDS = (("outdoors", "sky", "tree", "re:zero"), ("indoors", "lamp", "bed", "what?"))
TRAIN = ("--epochs", "1", "--input-size", "32", "--backbone", "resnet18", "--min-images", "2")


def draw(folder: Path) -> None:
    """Pictures of two kinds, with captions as Windows' editor writes them."""
    folder.mkdir(parents=True)
    for number in range(IMAGES):
        picture = Image.new("RGB", (40, 40), (5 * number, 90, 200 - 3 * number))
        pen = ImageDraw.Draw(picture)
        pen.ellipse((number, 4, 20 + number, 30), fill=(250, 90 if number % 2 else 220, 40))
        picture.save(folder / f"{number}.png")
        kind = KINDS[number % 2]
        # Four of five lack one of their kind.
        tags = f"cat, {', '.join(tag for tag in kind if tag != (*kind, '')[number // 2 % 5])}\r\n"
        (folder / f"{number}.txt").write_bytes(b"\xef\xbb\xbf" + tags.encode())


def run(*words: str | Path) -> None:
    """One command, as a person types it.

    Raises:
        RuntimeError: It ended with another code than 0.
    """
    try:
        cli.main([str(word) for word in words], prog_name="reviewer")
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(f"{words[0]} ended with {ended.code}") from ended


def answer(library: Library) -> None:
    """Says Yes to the first five questions of the present ranking about tags that are missing."""
    held = library.rankings.load()
    tags = np.repeat(held.tags, np.diff(held.offsets))
    places = np.flatnonzero(held.sides == Side.MISSING)[:5].tolist()
    library.decisions.append(
        [
            Decision(
                *(int(held.images[n]), int(tags[n]), Answer.YES, Side.MISSING),
                *(0.5, 0.5, held.version, "me", number),
            )
            for number, n in enumerate(places)
        ]
    )


def main(folder: Path) -> None:
    """Imports, asks, learns, looks, writes back and takes it back, a window open beside it."""
    draw(folder)
    # As in a large collection: what is read of array files stays in them.
    columns.MAPPED_FROM = 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run("import", folder)
    run("rank", folder, "--tags-only")
    with Library.open(workspace_for(folder)) as window:
        shown = window.rankings.load()
        assert len(shown.tags), "nothing is asked"
        answer(window)
        run("train", folder, *TRAIN)
        run("scan", folder)
        scan = window.scan("v1")
        assert scan is not None, "nothing is scanned"
        seen = (scan.embeddings(), scan.present())
        for _ in range(3):
            run("refresh", folder)
        run("retrain", folder, *TRAIN, "--promote", "always")
        run("audit", folder)
        run("report", folder, "--to", folder.parent / "report")
        run("export", folder, "--to", folder.parent / "out")
        run("export", folder, "--in-place", "--yes")
        changed = {path.name: path.read_bytes() for path in folder.iterdir()}
        run("export", folder, "--undo")
        run("space", folder, "--free", "--yes")
        assert window.scan("v1") is not None, "what the window looks at is torn"
        assert len(seen[0]) == IMAGES
        run("status", folder)
        window.back_up()
    del shown, scan, seen
    run("space", folder, "--free", "--yes")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    told = {"changed": changed != before, "as_before": after == before}
    told["freed"] = not Path(workspace_for(folder), "scans", "v1").exists()
    sys.stdout.write(json.dumps({**told, "refused": windows_rules.refusals}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
