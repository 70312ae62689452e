"""Copies and variants of drawings whose truth is known."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from reviewer.core.likeness import SAME, SIDE, difference
from reviewer.sample.compose import compose
from reviewer.sample.render import draw
from reviewer.sample.scene import Scene, Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SEED = 7


def drawn(scene: Scene, quality: int = 88) -> Image.Image:
    """A drawing as it comes out of its JPEG file."""
    content = io.BytesIO()
    draw(scene).image.save(content, "JPEG", quality=quality)
    return Image.open(content).convert("RGB")


def shrunk(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def portraits(count: int) -> list[Scene]:
    """Scenes with one person who looks at us."""
    found = []
    for index in range(400):
        scene = compose(SEED, index)
        person = scene.persons[0] if len(scene.persons) == 1 else None
        if person and person.eyes == "open" and not person.glasses and scene.style == "cel":
            found.append(replace(scene, variant=Variant()))
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("scene", portraits(4), ids=lambda scene: str(scene.seed))
@pytest.mark.parametrize("quality", [62, 92])
def test_a_drawing_saved_again_or_tinted_is_the_same(scene: Scene, quality: int) -> None:
    original = shrunk(drawn(scene))
    assert difference(original, shrunk(drawn(scene, quality))) <= SAME
    tinted = replace(scene, variant=Variant(tint=(0.94, 1.03, 1.05)))
    assert difference(original, shrunk(drawn(tinted, quality))) <= SAME


@pytest.mark.parametrize("scene", portraits(4), ids=lambda scene: str(scene.seed))
def test_a_smaller_copy_is_the_same(scene: Scene) -> None:
    picture = drawn(scene)
    width, height = (round(length * 0.75) for length in picture.size)
    smaller = picture.resize((width, height), Image.Resampling.LANCZOS)
    assert difference(shrunk(picture), shrunk(smaller)) <= SAME


@pytest.mark.parametrize(
    "change",
    [
        lambda person: replace(person, eye="red" if person.eye != "red" else "green"),
        lambda person: replace(person, mouth="open" if person.mouth != "open" else "smile"),
        lambda person: replace(person, streak="" if person.streak else "pink"),
    ],
    ids=["eyes", "mouth", "streak"],
)
def test_a_variant_is_another_picture(change: Callable[..., object]) -> None:
    for scene in portraits(4):
        varied = replace(scene, persons=(change(scene.persons[0]),))  # type: ignore[arg-type] # a person
        assert draw(varied).tags != draw(scene).tags
        assert difference(shrunk(drawn(scene)), shrunk(drawn(varied, 75))) > SAME


def test_another_brightness_is_the_same_and_another_hue_is_not() -> None:
    picture = shrunk(drawn(portraits(1)[0]))
    darker = (picture * np.float32(0.9)).astype(np.uint8)
    assert difference(picture, darker) <= SAME
    assert difference(picture, np.roll(picture, 1, axis=2)) > SAME


def test_plain_pictures_of_other_colours_differ() -> None:
    white = np.full((SIDE, SIDE, 3), 255, np.uint8)
    assert difference(white, white) == 0
    assert difference(white, np.zeros_like(white)) > SAME
