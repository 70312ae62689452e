"""Blank images among drawn ones: found by few looks, asked about first where they are tagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import reviewer.jobs.questions.blank_images
from reviewer.core.ranking import ArrayEvidence, RankOptions, Scope, rank
from reviewer.core.ranking.blank import is_blank
from reviewer.core.types import Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.questions.blank_images import blank_images
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path


@given(st.integers(0, 255), st.integers(0, 3), st.integers(0, 99))
def test_plain_pictures_are_blank_whatever_their_noise(level: int, noise: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.clip(level + rng.integers(-noise, noise + 1, (48, 64, 3)), 0, 255)
    assert is_blank(pixels.astype(np.uint8))


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_thing_on_a_plain_ground_is_seen(x: int, y: int) -> None:
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[y : y + 12, x : x + 12] = (90, 200, 90)
    assert is_blank(pixels) == (min(12, 64 - x) * min(12, 64 - y) <= 40)


def test_few_files_are_opened_and_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(6):
        grain = rng.integers(0, 255, (200, 300, 3)).astype(np.uint8)
        plain = np.full((200, 300, 3), 30 * number, np.uint8)
        Image.fromarray(plain if number % 3 == 0 else grain).save(folder / f"{number}.png")
    lined = np.full((200, 300, 3), 255, np.uint8)
    lined[80:120] = 0
    Image.fromarray(lined).save(folder / "6.png")
    (folder / "tags.csv").write_text(
        "relative_path,tags\n" + "".join(f"{number}.png,tree\n" for number in range(7))
    )
    opened: list[str] = []
    real = reviewer.jobs.questions.blank_images.open_picture

    def watched(path: Path, want_px: int) -> Image.Image:
        opened.append(path.name)
        return real(path, want_px)

    monkeypatch.setattr(reviewer.jobs.questions.blank_images, "open_picture", watched)
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        images = np.array([image_id for image_id, _, _ in library.images.askable()])
        paths = np.array([path for _, path, _ in library.images.askable()])
        found = blank_images(library, images)
        assert sorted(paths[found]) == ["0.png", "3.png"]
        assert sorted(opened) == ["0.png", "3.png", "6.png"]
        assert blank_images(library, images[::-1]).tolist() == found[::-1].tolist()
        assert len(opened) == 3
        (folder / "3.png").unlink()
        import_folder(library, Silent())
        assert blank_images(library, images).sum() == 1


def test_a_tag_on_a_blank_image_is_doubted_more() -> None:
    rng = np.random.default_rng(2)
    logits = rng.normal(-1, 2, (400, 5)).astype(np.float32)
    present = rng.random((400, 5)) < 1 / (1 + np.exp(-logits))
    evidence = ArrayEvidence(logits, present)
    blank = np.zeros(400, bool)
    blank[:20] = True
    without = rank(evidence, options=RankOptions(floor=0.0))
    known = rank(evidence, options=RankOptions(floor=0.0), scope=Scope(blank=blank))

    def suspicion(queues: object, side: Side) -> float:
        mine = (queues.side == side) & (queues.row < 20)  # type: ignore[attr-defined]  # queues
        return float(queues.suspicion[mine].mean())  # type: ignore[attr-defined]  # queues

    assert suspicion(known, Side.WRONG) > 2 * suspicion(without, Side.WRONG)
    assert suspicion(known, Side.MISSING) < 0.5 * suspicion(without, Side.MISSING)
    with pytest.raises(ValueError, match="blank"):
        rank(evidence, scope=Scope(blank=blank[:5]))
