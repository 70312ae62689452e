"""What is said of the rating of every scanned image: by its source, by its tags, by persons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.choices.ratings import TAGS, RatingIds, rating_now, rating_tag, scheme_of
from reviewer.jobs.scans.there import present_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reviewer.core.types import Answer
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles


@dataclass(frozen=True)
class Rated:
    """Images with what is said of their rating.

    Attributes:
        images: (N,) int64 ids, ascending.
        rows: (N,) int64 places in the scan; empty where no scan was asked for.
        schemes: (N,) of each image; that of most images where it has no rating.
        original: (N,) int64 place in `TAGS` that the metadata say; -1 for none.
        now: (N,) the same as corrected.
        answered: (N,) bool, a person said something of it.
    """

    images: NDArray[np.int64]
    rows: NDArray[np.int64]
    schemes: NDArray[np.str_]
    original: NDArray[np.int64]
    now: NDArray[np.int64]
    answered: NDArray[np.bool_]


def rated_images(library: Library, files: ScanFiles) -> Rated:
    """Reads the ratings of all scanned images that are there, answers taken in."""
    rows = present_rows(library, files)
    rated = ratings_of(library, files.rows()["image"][rows].astype(np.int64))
    return replace(rated, rows=rows)


def ratings_of(library: Library, images: NDArray[np.int64]) -> Rated:
    """Reads the ratings of some images that are there, answers taken in.

    Args:
        library: The collection.
        images: (N,) ids, ascending.
    """
    facts = library.facts.ratings()
    ids = RatingIds.among(library.tags.ids_of(TAGS))
    places = {tag_id: TAGS.index(name) for name, tag_id in ids.by_name.items()}
    as_tags = _rating_tags(library, images, ids)
    said = _answers(library, ids)
    told = {image: (letter, scheme, site) for image, letter, scheme, site in facts}
    original = np.full(len(images), -1, np.int64)
    now = np.full(len(images), -1, np.int64)
    for row, image in enumerate(images.tolist()):
        name = rating_tag(*told[image][:2])
        tags = [TAGS.index(name)] if name else as_tags.get(row, [])
        original[row] = tags[0] if len(tags) == 1 else -1
        answers = {places[tag]: answer for tag, answer in said.get(image, {}).items()}
        corrected = rating_now(tags, answers)
        now[row] = -1 if corrected is None else corrected
    schemes = _schemes(original, [told[image][1:] for image in images.tolist()])
    answered = np.isin(images, np.array(list(said), np.int64))
    return Rated(images, np.empty(0, np.int64), schemes, original, now, answered)


def _schemes(original: NDArray[np.int64], told: Sequence[tuple[str, str]]) -> NDArray[np.str_]:
    """(N,) the scheme of each image.

    `questionable` and `explicit` are in both: there it is that of the site's other images, where
    those tell, else what the source said, else that of most images.

    Args:
        original: (N,) place in `TAGS`, -1 without a rating.
        told: Scheme and site of each image.
    """
    sites: dict[str, list[str]] = {}
    for place, (_, site) in zip(original.tolist(), told, strict=True):
        own = scheme_of([TAGS[place]]) if place >= 0 else ""
        if own:
            sites.setdefault(site, []).append(own)
    most = {site: max(set(own), key=own.count) for site, own in sites.items()}
    every = [scheme for own in sites.values() for scheme in own]
    usual = max(set(every), key=every.count) if every else "sqe"
    return np.array(
        [
            (scheme_of([TAGS[place]]) if place >= 0 else "")
            or most.get(site, "")
            or scheme
            or usual
            for place, (scheme, site) in zip(original.tolist(), told, strict=True)
        ],
        dtype="U4",
    )


def _rating_tags(
    library: Library, images: NDArray[np.int64], ids: RatingIds
) -> dict[int, list[int]]:
    """By row, the places in `TAGS` of original tags that are ratings."""
    if not ids.by_name:
        return {}
    taken = library.images.tag_rows().of(images)
    found: dict[int, list[int]] = {}
    cells = taken.columns(list(ids.by_name.values())).tocoo()
    names = list(ids.by_name)
    for row, column in zip(cells.row.tolist(), cells.col.tolist(), strict=True):
        found.setdefault(row, []).append(TAGS.index(names[column]))
    return found


def _answers(library: Library, ids: RatingIds) -> dict[int, dict[int, Answer]]:
    """Live answers to rating tags by image id, where there are any."""
    found: dict[int, dict[int, Answer]] = {}
    if ids.by_name and library.decisions.last_id():
        for decision in library.decisions.live():
            if decision.tag_id in ids.ids:
                found.setdefault(decision.image_id, {})[decision.tag_id] = decision.answer
    return found
