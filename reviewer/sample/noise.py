"""Plants the errors of booru metadata in true tags.

The model: people tag what they notice. Every tag has a chance of its own to be missing where it
is true, from 5 % for the most common tag to 60 % for the rarest, linear in the logarithm of its
frequency, with jitter, because some rare things are striking and some common ones are overlooked.
Each instance is dropped independently of all others; a child is dropped without its parent and
the other way round. Artist and meta tags come from the upload form and are seldom missing.
Wrong tags are few, about 1 % of what is left, and mostly a sibling that is easily confused with
a true tag (`blue_eyes` for `green_eyes`); the rest is a common tag on the wrong image.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reviewer.core.types import Category, Side
from reviewer.sample.vocabulary import SIBLINGS, category_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LOWEST = 0.05
HIGHEST = 0.60
WRONG_SHARE = 0.01
_SIBLING_SHARE = 0.75
_JITTER = 0.06
_BY_UPLOADER = frozenset({Category.ARTIST, Category.META})


@dataclass(frozen=True, slots=True)
class PlantedError:
    """One pair at which the metadata was made wrong."""

    path: str
    tag: str
    side: Side


@dataclass(frozen=True, slots=True)
class Noisy:
    """Metadata with planted errors.

    Attributes:
        tags: Of each image, with the errors in.
        errors: All that was planted, by path and tag.
        chances: Of each tag to be missing where it is true, 0..1.
    """

    tags: dict[str, frozenset[str]]
    errors: tuple[PlantedError, ...]
    chances: dict[str, float]


def drop_chances(truth: Mapping[str, frozenset[str]], seed: int) -> dict[str, float]:
    """The chance of each tag to be missing, within `LOWEST`..`HIGHEST`."""
    counts = Counter(tag for tags in truth.values() for tag in tags)
    if not counts:
        return {}
    common, rare = math.log(max(counts.values())), math.log(min(counts.values()))
    spread = (common - rare) or 1.0
    chances = {}
    for tag, count in sorted(counts.items()):
        if category_of(tag) in _BY_UPLOADER:
            chances[tag] = LOWEST
            continue
        rarity = (common - math.log(count)) / spread
        jitter = random.Random(f"{seed}:chance:{tag}").uniform(-_JITTER, _JITTER)
        chances[tag] = min(max(LOWEST + (HIGHEST - LOWEST) * rarity + jitter, LOWEST), HIGHEST)
    return chances


def plant(truth: Mapping[str, frozenset[str]], seed: int) -> Noisy:
    """Make metadata from the truth by dropping true tags and adding wrong ones.

    Args:
        truth: True tags of each image, by relative path.
        seed: Of all chance; the same truth and seed give the same errors.
    """
    chances = drop_chances(truth, seed)
    rng = random.Random(f"{seed}:errors")
    errors: list[PlantedError] = []
    noisy: dict[str, set[str]] = {}
    for path in sorted(truth):
        kept = set()
        for tag in sorted(truth[path]):
            if rng.random() < chances[tag]:
                errors.append(PlantedError(path, tag, Side.MISSING))
            else:
                kept.add(tag)
        noisy[path] = kept
    errors.extend(_wrong(truth, noisy, rng))
    errors.sort(key=lambda error: (error.path, error.tag))
    return Noisy({path: frozenset(tags) for path, tags in noisy.items()}, tuple(errors), chances)


def _wrong(
    truth: Mapping[str, frozenset[str]], noisy: dict[str, set[str]], rng: random.Random
) -> list[PlantedError]:
    """Add wrong tags to `noisy` in place; returns what was added."""
    instances = [tag for path in sorted(truth) for tag in sorted(truth[path])]
    pool = [tag for tag in instances if category_of(tag) is Category.GENERAL]
    if not pool:
        return []
    known = set(instances)
    paths = sorted(truth)
    added: list[PlantedError] = []
    wanted = round(WRONG_SHARE * sum(len(tags) for tags in noisy.values()))
    # Where the truth leaves no room for a wrong tag, the attempts end.
    for _ in range(wanted * 20):
        if len(added) >= wanted:
            break
        path = rng.choice(paths)
        tag = _mistake(truth[path], pool, known, rng)
        if tag and tag not in truth[path] and tag not in noisy[path]:
            noisy[path].add(tag)
            added.append(PlantedError(path, tag, Side.WRONG))
    return added


def _mistake(
    true: frozenset[str], pool: list[str], known: set[str], rng: random.Random
) -> str | None:
    """A sibling of a true tag, or any common tag."""
    if rng.random() >= _SIBLING_SHARE:
        return rng.choice(pool)
    near = [
        sibling
        for group in SIBLINGS
        if true.intersection(group)
        for sibling in group
        if sibling in known and sibling not in true
    ]
    return rng.choice(near) if near else None
