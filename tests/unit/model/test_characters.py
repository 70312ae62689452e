from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.characters import (
    CharacterConfig,
    FaceModel,
    read_character_record,
    save_characters,
    write_character_record,
)
from model.characters_heads import HEADS, CosineHead, usual_scale
from model.characters_training import FaceSet, one_cycle, train_characters, varied
from model.errors import TaggerProblem

if TYPE_CHECKING:
    from pathlib import Path

SMALL = CharacterConfig(
    backbone="small", input_size=32, embedding=16, epochs=8, batch_size=16, learning_rate=5e-3
)
COLOURS = ((230, 40, 40), (40, 60, 230), (240, 220, 60))


def coloured(each: int, seed: int = 0) -> FaceSet:
    """Three characters that are told by the colour of what is in the middle."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), each)
    side = SMALL.kept_px
    pixels = rng.integers(90, 160, (len(labels), side, side, 3)).astype(np.uint8)
    for row, label in enumerate(labels):
        top, left = rng.integers(6, 12, 2)
        pixels[row, top : top + 18, left : left + 18] = COLOURS[label]
    order = rng.permutation(len(labels))
    return FaceSet(pixels[order], labels[order], ("red", "blue", "yellow"), np.arange(len(labels)))


def nothing(_done: int, _total: int, _note: str) -> None:
    """Hears nothing."""


@pytest.mark.parametrize("head", list(HEADS))
def test_every_head_learns_and_is_the_same_when_loaded(head: str, tmp_path: Path) -> None:
    config = replace(SMALL, head=head)  # type: ignore[arg-type]
    told: list[tuple[int, int, str]] = []
    model = train_characters(coloured(24), config, lambda *entry: told.append(entry), device="cpu")
    asked = coloured(12, seed=1)
    embeddings = model.embed(asked.pixels)
    logits = model.logits(embeddings)
    assert (logits.argmax(axis=1) == asked.labels).mean() > 0.9
    assert told[-1][0] == told[-1][1] == 72 * config.epochs
    save_characters(tmp_path / "c1", model)
    again = FaceModel.load(tmp_path / "c1", "cpu")
    assert again.record == model.record
    np.testing.assert_allclose(again.logits(again.embed(asked.pixels)), logits, atol=1e-3)


def test_the_same_seed_learns_the_same() -> None:
    config = replace(SMALL, epochs=2)
    pixels = coloured(4, seed=1).pixels
    first, second = (
        train_characters(coloured(8), config, nothing, device="cpu").embed(pixels) for _ in range(2)
    )
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    config = replace(SMALL, epochs=3)
    pixels = coloured(4, seed=1).pixels
    whole = train_characters(coloured(8), config, nothing, device="cpu").embed(pixels)

    def cut(_done: int, _total: int, note: str) -> None:
        if note.startswith("epoch 3"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_characters(coloured(8), config, cut, device="cpu", work=tmp_path)
    heard: list[str] = []
    again = train_characters(
        coloured(8), config, lambda _d, _t, note: heard.append(note), device="cpu", work=tmp_path
    )
    assert "goes on after epoch 2" in heard
    np.testing.assert_allclose(again.embed(pixels), whole, atol=1e-3)


def test_a_run_on_other_faces_begins_anew(tmp_path: Path) -> None:
    config = replace(SMALL, epochs=1)
    train_characters(coloured(8), config, nothing, device="cpu", work=tmp_path)
    heard: list[str] = []
    train_characters(
        coloured(6), config, lambda _d, _t, note: heard.append(note), device="cpu", work=tmp_path
    )
    assert not any(note.startswith("goes on") for note in heard)


def test_the_rate_rises_then_falls_to_nothing() -> None:
    rates = [one_cycle(n / 100) for n in range(101)]
    peak = rates.index(max(rates))
    assert 0 < peak < 30
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-9)


def head_of(classes: int, margin: float, *, centres: int = 1, scale: float = 8.0) -> CosineHead:
    torch.manual_seed(3)
    margins, shift = torch.full((classes,), margin), torch.zeros(classes)
    return CosineHead(6, margins, shift, centres=centres, scale=scale)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.05, 1.0))
def test_the_margin_is_an_angle_on_the_right_class_alone(seed: int, margin: float) -> None:
    head = head_of(5, margin)
    x = torch.from_numpy(np.random.default_rng(seed).normal(size=(7, 6)).astype(np.float32))
    labels = torch.arange(7) % 5
    plain, harder = head(x, None, 1.0), head(x, labels, 1.0)
    changed = torch.zeros(7, 5, dtype=torch.bool).scatter(1, labels[:, None], value=True)
    assert torch.equal(plain[~changed], harder[~changed])
    angles = torch.acos((plain[changed] / 8).clamp(-1, 1))
    inside = angles + margin < math.pi
    wanted = 8 * torch.cos(angles + margin)
    assert torch.allclose(harder[changed][inside], wanted[inside], atol=1e-3)
    # Beyond half a turn it goes on falling: no face is rewarded for being further off.
    assert (harder[changed] < plain[changed]).all()


def test_the_margin_rises_from_nothing() -> None:
    head, x, labels = head_of(4, 0.5), torch.randn(3, 6), torch.tensor([0, 1, 2])
    logits = [float(head(x, labels, share)[0, 0].detach()) for share in (0.0, 0.5, 1.0)]
    assert logits[0] == pytest.approx(float(head(x, None, 0.0)[0, 0].detach()), abs=1e-3)
    assert logits[0] > logits[1] > logits[2]


def test_the_best_of_two_centres_counts() -> None:
    head = head_of(3, 0.0, centres=2)
    x = torch.nn.functional.normalize(torch.randn(4, 6))
    cosines = x @ torch.nn.functional.normalize(head.weight).T
    assert torch.allclose(head(x, None, 1.0), 8 * cosines.view(4, 3, 2).amax(dim=2), atol=1e-5)


def test_the_rarer_a_class_the_larger_its_margin() -> None:
    head = HEADS["subcentre"](6, torch.tensor([1000.0, 7.0, 60.0]), 20.0, 0.0)
    assert isinstance(head, CosineHead)
    frequent, rare, between = head.margins.tolist()
    assert frequent < between < rare
    alike = HEADS["subcentre"](6, torch.tensor([9.0, 9.0]), 20.0, 0.0)
    assert isinstance(alike, CosineHead)
    assert torch.isfinite(alike.margins).all()


def test_a_balanced_head_shifts_only_while_it_learns() -> None:
    head = HEADS["balanced"](6, torch.tensor([100.0, 10.0]), 20.0, 0.0)
    x, labels = torch.randn(3, 6), torch.tensor([0, 1, 0])
    shift = head(x, labels, 1.0) - head(x, None, 1.0)
    assert torch.allclose(shift[:, 0] - shift[:, 1], torch.full((3,), math.log(10)), atol=2e-3)


def test_a_scale_makes_a_right_face_sure() -> None:
    for classes in (2, 60, 3000):
        scale = usual_scale(classes)
        assert math.exp(scale) / (math.exp(scale) + classes - 1) > 0.999


@pytest.mark.parametrize("seed", range(3))
def test_variation_keeps_size_and_range_and_repeats(seed: int) -> None:
    x = torch.from_numpy(coloured(4, seed).pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
    first, second = (varied(x, SMALL, torch.Generator().manual_seed(seed)) for _ in range(2))
    assert first.shape == (12, 3, 32, 32)
    assert torch.equal(first, second)
    assert first.abs().max() <= 1
    assert not torch.equal(first[0], first[1])


def test_a_damaged_network_is_named(tmp_path: Path) -> None:
    config = replace(SMALL, epochs=1)
    save_characters(tmp_path / "c1", train_characters(coloured(4), config, nothing, device="cpu"))
    (tmp_path / "c1" / "weights.safetensors").write_bytes(b"nothing")
    with pytest.raises(TaggerProblem, match=r"weights\.safetensors cannot be used"):
        FaceModel.load(tmp_path / "c1", "cpu")
    (tmp_path / "c1" / "record.json").write_text("{")
    with pytest.raises(TaggerProblem, match=r"record\.json cannot be read"):
        read_character_record(tmp_path / "c1")


def test_a_record_is_plain_json(tmp_path: Path) -> None:
    config = replace(SMALL, epochs=1)
    record = train_characters(coloured(4), config, nothing, device="cpu").record
    write_character_record(tmp_path, record)
    assert json.loads((tmp_path / "record.json").read_text())["counts"] == [4, 4, 4]
    assert read_character_record(tmp_path) == record


def test_one_character_is_not_enough() -> None:
    faces = coloured(4)
    alone = FaceSet(faces.pixels, np.zeros_like(faces.labels), ("red",), faces.learn)
    with pytest.raises(TaggerProblem, match="Two characters"):
        train_characters(alone, SMALL, nothing, device="cpu")
