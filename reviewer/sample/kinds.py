"""Kinds of error that can be planted in any true tags, each a function of its own.

A kind is a function from the truth to the errors: which pairs the metadata is made wrong at. The
share is of the truth's tag instances, whatever the kind, so that kinds compare.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping

from reviewer.core.types import Side
from reviewer.sample.noise import PlantedError, drop_chances

Truth = Mapping[str, frozenset[str]]
"""True tags by image path."""

Kind = Callable[[Truth, float, int], list[PlantedError]]
"""Takes the truth, the share of instances and a seed; gives errors, each pair at most once."""

WRONG_AMONG_BOORU = 0.04
"""Of the errors of kind "booru", the share that are wrong tags; the rest are missing ones."""

CERTAIN = 0.95
"""No tag is dropped more surely than this: one that is never written cannot be found again."""

UPLOADERS = 20
"""People whom the kind "forgotten" deals the images to, in the order of their paths."""

TRIES = 20
"""Attempts for each wrong tag; where the truth leaves no room for it, they end."""


def booru(truth: Truth, share: float, seed: int) -> list[PlantedError]:
    """As people tag: rare tags are missing far more often than common ones, few tags are wrong."""
    chances = drop_chances(truth, seed)
    counts = Counter(tag for tags in truth.values() for tag in tags)
    wanted = (1 - WRONG_AMONG_BOORU) * share * counts.total()
    expected = sum(chances[tag] * count for tag, count in counts.items())
    scale = wanted / expected if expected else 0.0
    rng = random.Random(f"{seed}:booru")
    dropped = [
        PlantedError(path, tag, Side.MISSING)
        for path, tag in _instances(truth)
        if rng.random() < min(scale * chances[tag], CERTAIN)
    ]
    return dropped + wrong(truth, WRONG_AMONG_BOORU * share, seed)


def missing(truth: Truth, share: float, seed: int) -> list[PlantedError]:
    """Every true tag is equally likely to be missing."""
    rng = random.Random(f"{seed}:missing")
    return [
        PlantedError(path, tag, Side.MISSING)
        for path, tag in _instances(truth)
        if rng.random() < share
    ]


def forgotten(truth: Truth, share: float, seed: int) -> list[PlantedError]:
    """Some uploaders never write some tags: all of such a tag is missing on all their images."""
    uploader = {path: at * UPLOADERS // len(truth) for at, path in enumerate(sorted(truth))}
    lost: dict[tuple[int, str], bool] = {}
    for path, tag in _instances(truth):
        key = (uploader[path], tag)
        lost.setdefault(key, random.Random(f"{seed}:forgotten:{key[0]}:{tag}").random() < share)
    return [
        PlantedError(path, tag, Side.MISSING)
        for path, tag in _instances(truth)
        if lost[uploader[path], tag]
    ]


def wrong(truth: Truth, share: float, seed: int) -> list[PlantedError]:
    """Tags that go with an image's other tags but are not true of it."""
    return [
        PlantedError(path, tag, Side.WRONG)
        for (path, _), tag in _mistakes(truth, share, random.Random(f"{seed}:wrong"))
    ]


def confused(truth: Truth, share: float, seed: int) -> list[PlantedError]:
    """A true tag is written as another one: two errors at a time, one of each side."""
    errors = []
    pairs = _mistakes(truth, share / 2, random.Random(f"{seed}:confused"))
    taken: set[tuple[str, str]] = set()
    for (path, tag), other in pairs:
        if (path, tag) not in taken:
            taken.add((path, tag))
            errors.append(PlantedError(path, tag, Side.MISSING))
            errors.append(PlantedError(path, other, Side.WRONG))
    return errors


KINDS: dict[str, Kind] = {
    "booru": booru,
    "missing": missing,
    "forgotten": forgotten,
    "wrong": wrong,
    "confused": confused,
}


def with_errors(truth: Truth, errors: list[PlantedError]) -> dict[str, frozenset[str]]:
    """The truth with the errors made in it."""
    tags = {path: set(true) for path, true in truth.items()}
    for error in errors:
        if error.side is Side.MISSING:
            tags[error.path].discard(error.tag)
        else:
            tags[error.path].add(error.tag)
    return {path: frozenset(found) for path, found in tags.items()}


def _instances(truth: Truth) -> list[tuple[str, str]]:
    """Every (path, tag), in an order that hangs on nothing else."""
    return [(path, tag) for path in sorted(truth) for tag in sorted(truth[path])]


def _mistakes(truth: Truth, share: float, rng: random.Random) -> list[tuple[tuple[str, str], str]]:
    """For some instances, a tag that is not true there: (instance, false tag), no pair twice.

    The false tag is taken from another image that shares a tag with this one, so that it keeps
    the company that true tags keep.
    """
    instances = _instances(truth)
    carriers: dict[str, list[str]] = {}
    for path, tag in instances:
        carriers.setdefault(tag, []).append(path)
    wanted = round(share * len(instances))
    made: dict[tuple[str, str], tuple[str, str]] = {}
    for _ in range(wanted * TRIES if instances else 0):
        if len(made) >= wanted:
            break
        path, tag = rng.choice(instances)
        other = rng.choice(carriers[rng.choice(sorted(truth[path]))])
        candidate = rng.choice(sorted(truth[other]))
        if candidate not in truth[path] and (path, candidate) not in made:
            made[path, candidate] = (path, tag)
    return [(instance, false) for (_, false), instance in made.items()]
