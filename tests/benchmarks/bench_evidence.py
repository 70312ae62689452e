"""How well copies are told from variants, and where heat maps point; on drawings of known parts.

Run by hand from the top of the tree:

    python -m tests.benchmarks.bench_evidence [--version FOLDER] [--scenes 60] [--seed 7]

Copies: each drawing is saved again, tinted and scaled; variants have another mouth, blush, streak
or colour of the eyes. Heat maps: each drawing is made with and without a thing; what changes is
where the thing is. A map points if its brightest cell or one beside it is there. Scenes for the
maps are beyond those of the sample collection, so that no version was trained on them. Without a
version only copies are measured. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from reviewer.core.likeness import SAME, SIDE, difference
from reviewer.sample.compose import compose
from reviewer.sample.render import draw
from reviewer.sample.scene import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reviewer.sample.scene import Person, Scene

SCALES = (1.0, 0.83, 0.7, 0.5)
UNSEEN_FROM = 20_000
"""Scenes from here on are in no sample."""
THINGS = ("hat", "glasses", "wings", "ears", "held", "neck")
CHANGED = 25
"""Difference of a pixel from which on it belongs to the thing."""
SMALLEST, LARGEST = 0.0008, 0.3
"""Share of the picture that a thing has."""


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", type=Path)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    figures = likeness(given.seed, given.scenes)
    if given.version is not None:
        figures |= pointing(given.version, given.seed, given.scenes)
    sys.stdout.write(json.dumps(figures) + "\n")


# -- copies and variants -------------------------------------------------------------------------


def likeness(seed: int, count: int) -> dict[str, float]:
    """Differences of copies and of variants."""
    rng = random.Random(seed)
    copies: list[float] = []
    variants: list[float] = []
    for scene in people(seed, 0, count):
        picture = draw(scene)
        original = shrunk(saved(picture.image, 88))
        for scale in SCALES:
            size = tuple(round(length * scale) for length in picture.image.size)
            smaller = picture.image.resize(size, Image.Resampling.LANCZOS)
            copies.append(difference(original, shrunk(saved(smaller, 75))))
        tint = (rng.uniform(0.93, 1.06), rng.uniform(0.95, 1.04), rng.uniform(0.93, 1.06))
        tinted = draw(replace(scene, variant=Variant(tint=tint))).image
        copies.append(difference(original, shrunk(saved(tinted, 75))))
        for person in changed(scene.persons[0]):
            varied = draw(replace(scene, persons=(person, *scene.persons[1:])))
            if varied.tags != picture.tags:
                variants.append(difference(original, shrunk(saved(varied.image, 75))))
    return {
        "copies": len(copies),
        "copies_found": round(float(np.mean(np.array(copies) <= SAME)), 3),
        "variants": len(variants),
        "variants_taken_for_copies": int(np.sum(np.array(variants) <= SAME)),
        "least_variant": round(min(variants), 1),
    }


def people(seed: int, start: int, count: int) -> Iterator[Scene]:
    """Scenes with somebody in them, none of them a variant."""
    found = 0
    for index in range(start, start + 100 * count):
        scene = compose(seed, index)
        if scene.persons and scene.variant == Variant() and found < count:
            found += 1
            yield scene


def changed(person: Person) -> list[Person]:
    """The same person with one thing changed."""
    return [
        replace(person, eye="red" if person.eye != "red" else "green"),
        replace(person, mouth="open" if person.mouth != "open" else "smile"),
        replace(person, marks=person.marks ^ {"blush"}),
        replace(person, streak="" if person.streak else "pink"),
    ]


def saved(picture: Image.Image, quality: int) -> Image.Image:
    """A picture as it comes out of a JPEG file."""
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Image.open(content).convert("RGB")


def shrunk(picture: Image.Image) -> NDArray[np.uint8]:
    """As the job shrinks pictures before it compares them."""
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


# -- heat maps -----------------------------------------------------------------------------------


def pointing(version: Path, seed: int, count: int) -> dict[str, float]:
    """Shares of heat maps that point at the thing, of all and of those with a score over a half."""
    from model.heatmap import heat_maps
    from model.images import prepare
    from model.predict import Predictor

    predictor = Predictor.load(version, "cpu")
    columns = {tag: column for column, (tag, _) in enumerate(predictor.tags)}
    hits: list[bool] = []
    seen: list[bool] = []
    chance: list[float] = []
    for picture, tag, where in things(seed, count, set(columns)):
        pixels = prepare(picture, predictor.record.config)[None]
        (maps,) = heat_maps(predictor, pixels, [picture.size], [[columns[tag]]])
        near = widened(cells(where, maps.shape[1]))
        row, column = np.unravel_index(int(maps[0].argmax()), maps[0].shape)
        hits.append(bool(near[row, column]))
        seen.append(float(predictor.run(pixels)[0][0, columns[tag]]) > 0)
        chance.append(float(near.mean()))
    over = [hit for hit, is_seen in zip(hits, seen, strict=True) if is_seen]
    return {
        "maps": len(hits),
        "points": round(float(np.mean(hits)), 3),
        "maps_over_half": len(over),
        "points_over_half": round(float(np.mean(over)), 3) if over else 0.0,
        "random_place": round(float(np.mean(chance)), 3),
    }


def things(
    seed: int, count: int, known: set[str]
) -> Iterator[tuple[Image.Image, str, NDArray[np.bool_]]]:
    """Pictures with a tag and where it is, (height, width) bool."""
    for scene in people(seed, UNSEEN_FROM, count):
        person = scene.persons[0]
        for thing in THINGS:
            if not getattr(person, thing):
                continue
            bare = replace(person, **{thing: False if thing == "wings" else ""})
            picture = draw(scene)
            without = draw(replace(scene, persons=(bare, *scene.persons[1:])))
            tags = sorted((picture.tags - without.tags) & known)
            apart = np.asarray(picture.image, np.int16) - np.asarray(without.image, np.int16)
            where = np.abs(apart).max(axis=2) > CHANGED
            if tags and SMALLEST < where.mean() < LARGEST:
                yield picture.image, tags[0], where


def cells(where: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """The cells of a map that a thing covers in part."""
    mask = Image.fromarray(where.astype(np.uint8) * 255)
    return np.asarray(mask.resize((side, side), Image.Resampling.BOX)) > 20


def widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask with the cells beside it."""
    padded = np.pad(mask, 1)
    shifts = [
        padded[down : down + len(mask), across : across + len(mask)]
        for down in range(3)
        for across in range(3)
    ]
    return np.logical_or.reduce(shifts)


if __name__ == "__main__":
    main()
