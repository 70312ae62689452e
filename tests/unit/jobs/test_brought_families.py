"""Every family of taggers in a collection: brought, scanned, refreshed, its heads trained."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.learning.heads import train_heads
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.questions.refreshing import refresh
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.taggers.bringing import BringChoices, bring_tagger
from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.model.taggers import folders, more_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

COUNT, MINIMUM = 24, 4

FAMILIES: dict[str, Callable[[Path], folders.Made]] = {
    "wd v3": folders.wd_timm,
    "wd v3 swinv2": partial(folders.wd_timm, kind="swinv2"),
    "wd v3 eva02": partial(folders.wd_timm, kind="eva02"),
    "wd v3 convnext": partial(folders.wd_timm, kind="convnext"),
    "wd onnx, one at a time": partial(folders.wd_onnx, batch=1),
    "animetimm": folders.animetimm,
    "deepghs onnx": folders.deepghs_onnx,
    "joytag": more_folders.joytag,
    "camie": folders.camie,
    "deepdanbooru": more_folders.deepdanbooru,
    "ml-danbooru": folders.ml_danbooru,
    "autotagger": folders.autotagger,
    "torchvision": folders.torchvision_checkpoint,
}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Small pictures; two tags that every family knows, and one that none does."""
    lines = ["relative_path,tags"]
    for number in range(COUNT):
        draw(tmp_path / "images" / f"{number:02}.png", number)
        every = {"hat": 2, "1girl": 3, "home_made": 4}
        tags = " ".join(tag for tag, step in every.items() if number % step == 0)
        lines.append(f"{number:02}.png,{tags}")
    (tmp_path / "images" / "tags.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as opened:
        import_folder(opened, Silent())
        yield opened


@pytest.mark.parametrize("make", FAMILIES.values(), ids=FAMILIES)
def test_scan_refresh_and_heads(
    library: Library, tmp_path: Path, make: Callable[[Path], folders.Made]
) -> None:
    made = make(tmp_path / "theirs")
    summary = bring_tagger(library, Silent(), made.folder, BringChoices(minimum=MINIMUM)).summary
    assert summary["matched"] == 2
    assert summary["not in the tagger"] == 1
    assert scan(library, Silent(), ScanChoices(batch_size=8, workers=1)).summary["scanned"] == COUNT
    assert refresh(library, Silent(), minimum=MINIMUM).summary["tags"] == 3
    crossfit = library.crossfit("v1").load()
    assert crossfit is not None
    logits = np.asarray(crossfit.logits, np.float32)
    assert np.isfinite(logits).all()
    assert logits.std(axis=1).min() > 0
    hat = library.vocabulary().by_name["hat"].id
    images = [image_id for image_id, _, _ in library.images.askable()][:6]
    library.decisions.append(
        [Decision(i, hat, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "me", 1) for i in images]
    )
    choices = TrainChoices(minimum=MINIMUM, device="cpu", parent="v1", tune="heads")
    assert train_heads(library, Silent(), choices).summary["version"] == "v2"
    library.versions.activate("v2")
    assert scan(library, Silent(), ScanChoices(batch_size=8, workers=1)).summary["scanned"] in {
        0,
        COUNT,
    }
    before, after = library.scan("v1"), library.scan("v2")
    assert before is not None
    assert after is not None
    ids = library.tags.ids()
    assert set(after.shape.tags) == {ids[tag] for tag in ("hat", "1girl", "home_made")}
    places = np.argsort(before.rows()["image"]), np.argsort(after.rows()["image"])

    def logits_of(tag: str) -> list[np.ndarray]:
        return [
            files.tag_logits(files.shape.tags.index(ids[tag]))[order]
            for files, order in zip((before, after), places, strict=True)
        ]

    first, second = logits_of("1girl")
    # A step of the stored scores; embeddings are kept in half precision.
    np.testing.assert_allclose(second, first, atol=0.11)
    first, second = logits_of("hat")
    assert np.abs(second - first).max() > 0.1
