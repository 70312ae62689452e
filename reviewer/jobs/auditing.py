"""Draws the random sample of an audit: pairs with known chances, frozen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError
from reviewer.core.quality.audit import GUESSED, Part, Stratum, allocate, band_of, part_of
from reviewer.core.types import ChangeSet, Question, Side
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.labels import Labels, gather_labels
from reviewer.store.audits import Audit, Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.core.queues import Ranking
    from reviewer.store.library import Library

SIZE = 400
"""Pairs of a sample unless another number is asked for: ten minutes of answers."""
TRIES = 200
"""Random pairs tried for each one that is wanted of a stratum, before all are looked through."""


@dataclass(frozen=True)
class Population:
    """The pairs that an audit is about.

    Attributes:
        images: (N,) int64 image ids, ascending.
        labels: Of these images.
        frame: Strata of the pairs.
        counts: (T,) images that carry each tag of the frame.
    """

    images: NDArray[np.int64]
    labels: Labels
    frame: Frame
    counts: NDArray[np.int64]


def draw_audit(
    library: Library,
    listener: Listener,
    *,
    size: int = SIZE,
    seed: int | None = None,
    vetted: bool = False,
) -> ChangeSet:
    """Draws a random sample of all pairs of the ranked tags, and freezes it.

    Args:
        library: The collection, ranked.
        listener: Hears of progress.
        size: About how many pairs.
        seed: Of the draw; `None` for one by the clock.
        vetted: Whether it is about the vetted images alone.

    Raises:
        UsageError: Nothing is ranked yet, or nothing is vetted where that is asked for.
        StoreError: It cannot be stored.
    """
    ranking = library.rankings.load()
    if not len(ranking):
        raise UsageError("There are no questions yet. Make them with: reviewer open FOLDER")
    now = int(time.time() * 1000)
    seed = now & 0x7FFFFFFF if seed is None else seed
    rng = np.random.default_rng(seed)
    with stage(listener, "audit", 0, "pairs") as progress:
        population = _population(library, ranking, vetted=vetted)
        strata, members = _strata(population, ranking)
        pairs: list[tuple[Question, int]] = []
        for number, count in enumerate(allocate(strata, size)):
            drawn = _draw(population, strata[number], members.get(number), count, rng)
            pairs += [(question, number) for question in drawn]
            progress.at(len(pairs))
    order = rng.permutation(len(pairs))
    audit = library.audits.freeze(
        Audit(0, now, ranking.version, tuple(strata)),
        population.frame,
        [pairs[place] for place in order],
        seed,
    )
    listener.note(
        f"A sample of {len(pairs):,} of {sum(entry.pairs for entry in strata):,} pairs is drawn. "
        "Its questions come among the others; see the result with: reviewer report"
    )
    return ChangeSet(summary={"audit": audit.id, "pairs": len(pairs)})


def _population(library: Library, ranking: Ranking, *, vetted: bool) -> Population:
    images = library.images.askable_ids()
    only = np.intersect1d(images, library.vetted.ids()) if vetted else None
    if only is not None:
        images = only
    if not len(images):
        raise UsageError("No image is vetted. Choose some with: reviewer vetted")
    labels = gather_labels(library, images, library.vocabulary())
    tags = np.sort(np.asarray(ranking.tags, np.int64))
    everywhere = labels.original.counts()
    counts = np.zeros(len(tags), np.int64)
    known = tags < len(everywhere)
    counts[known] = everywhere[tags[known]]
    asked = np.repeat(ranking.tags, np.diff(ranking.offsets))
    codes = (np.asarray(ranking.images) << 32) + asked
    order = np.argsort(codes)
    parts = part_of(np.asarray(ranking.suspicions))
    frame = Frame(tags, band_of(counts), codes[order], parts[order], only)
    return Population(images, labels, frame, counts)


def _strata(
    population: Population, ranking: Ranking
) -> tuple[list[Stratum], dict[int, NDArray[np.int64]]]:
    """All strata with pairs in them; those of ranked pairs with places in the ranking."""
    asked = np.repeat(ranking.tags, np.diff(ranking.offsets))
    bands = population.frame.band(asked)
    parts = part_of(np.asarray(ranking.suspicions))
    there = np.isin(ranking.images, population.images)
    strata: list[Stratum] = []
    members: dict[int, NDArray[np.int64]] = {}
    for side in Side:
        for band in range(int(population.frame.bands.max(initial=0)) + 1):
            mine = there & (np.asarray(ranking.sides) == int(side)) & (bands == band)
            tags = population.frame.bands == band
            present = int(population.counts[tags].sum())
            every = present if side is Side.WRONG else len(population.images) * tags.sum() - present
            for part in (Part.LIKELY, Part.DOUBTFUL):
                places = np.flatnonzero(mine & (parts == int(part)))
                if len(places):
                    mean = float(np.mean(ranking.suspicions[places]))
                    members[len(strata)] = places
                    strata.append(Stratum(side, band, part, len(places), mean))
            rest = int(every) - int(mine.sum())
            if rest > 0:
                strata.append(Stratum(side, band, Part.REST, rest, GUESSED))
    return strata, {
        number: (np.asarray(ranking.images)[places] << 32) + asked[places]
        for number, places in members.items()
    }


def _draw(
    population: Population,
    stratum: Stratum,
    members: NDArray[np.int64] | None,
    count: int,
    rng: np.random.Generator,
) -> list[Question]:
    """Some pairs of a stratum, none twice, each with the same chance."""
    if members is not None:
        codes = rng.choice(members, count, replace=False)
    elif stratum.side is Side.WRONG:
        codes = _draw_present(population, stratum, count, rng)
    else:
        codes = _draw_absent(population, stratum, count, rng)
    return [
        Question(int(code) >> 32, int(code) & 0xFFFFFFFF, stratum.side, 0.0, stratum.expected)
        for code in codes
    ]


def _draw_present(
    population: Population, stratum: Stratum, count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    original, frame = population.labels.original, population.frame
    tags = original.tags.astype(np.int64)
    places = np.flatnonzero(frame.band(tags) == stratum.band)
    images = population.images[np.searchsorted(original.starts, places, side="right") - 1]
    rest = frame.part(images, tags[places]) == int(Part.REST)
    codes = (images[rest] << 32) + tags[places][rest]
    return rng.choice(codes, min(count, len(codes)), replace=False)


def _draw_absent(
    population: Population, stratum: Stratum, count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Random pairs, kept if they belong here: nearly all do, absent pairs are most of all."""
    frame = population.frame
    tags = frame.tags[frame.bands == stratum.band]
    found: dict[int, None] = {}
    for _ in range(TRIES):
        if len(found) >= count:
            break
        rows = rng.integers(0, len(population.images), count)
        picked = rng.choice(tags, count)
        rest = frame.part(population.images[rows], picked) == int(Part.REST)
        for row, tag in zip(rows[rest].tolist(), picked[rest].tolist(), strict=True):
            if not np.isin(tag, population.labels.original.of_image(row)):
                found[(int(population.images[row]) << 32) + tag] = None
    return np.array(list(found)[:count], np.int64)
