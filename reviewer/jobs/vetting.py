"""Vetted images: chosen by score, favourites or a list, and the bias that choosing them brings."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.quality.vetting import tag_bias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reviewer.core.quality.vetting import TagBias
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.store.library import Library

WEIGHT = "vetted_weight"
"""Key of the store's state."""
USUAL_WEIGHT = 2.0
SHOWN = 15
"""Tags of each end of the table."""
STYLES = (
    "sketch",
    "lineart",
    "monochrome",
    "greyscale",
    "flat_color",
    "no_lineart",
    "traditional_media",
    "photo_(medium)",
    "comic",
    "4koma",
    "pixel_art",
    "chibi",
    "unfinished",
    "jpeg_artifacts",
    "lowres",
    "watercolor_(medium)",
    "painting_(medium)",
    "3d",
)
"""Tags for a manner of drawing: what a choice by score tends to lose."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What marks images as vetted; each that is given adds to the marks.

    Attributes:
        min_score: Least score at the site; `None` for no choice by score.
        listed: A file with paths or numbers of posts; `None` for none.
        favourites: The same of one's favourites, or the JSON of a site's posts.
    """

    min_score: int | None = None
    listed: Path | None = None
    favourites: Path | None = None


def choose_vetted(library: Library, choice: Choice) -> dict[str, int | float | str]:
    """Marks images as vetted, and counts them.

    Raises:
        UsageError: Nothing in the collection fits the choice.
        SourceError: A file cannot be read.
        StoreError: It could not be stored.
    """
    before = len(library.vetted.ids())
    if choice.min_score is not None:
        scored = library.vetted.scored(choice.min_score)
        if not scored:
            raise UsageError(
                f"No image has a score of {choice.min_score} or more. Scores come with the "
                "metadata of a site; a folder of captions has none."
            )
        library.vetted.mark(scored, f"score of at least {choice.min_score}")
    for path, reason in ((choice.listed, "listed"), (choice.favourites, "favourite")):
        if path is not None:
            found = _images_of(library, path)
            library.vetted.mark(found, f"{reason} in {path.name}")
    after = len(library.vetted.ids())
    return {"vetted": after, "new": after - before}


def keep_weight(library: Library, weight: float) -> None:
    """Keeps how many times as much a vetted image's own tags weigh in training.

    Raises:
        StoreError: It could not be stored.
    """
    library.state.set(WEIGHT, f"{weight:g}")


def weight_of(library: Library) -> float:
    """How many times as much a vetted image's own tags weigh in training; 1 for alike."""
    return float(library.state.get(WEIGHT, str(USUAL_WEIGHT)))


def image_shares(library: Library, images: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """What the own tags of images weigh in training: 1 if vetted, less if others are.

    Args:
        library: The collection.
        images: (N,) image ids.

    Returns:
        (N,) float32, 0..1; `None` where no image is vetted or all weigh alike.
    """
    weight, vetted = weight_of(library), library.vetted.ids()
    if weight <= 1 or not len(vetted):
        return None
    return np.where(np.isin(images, vetted), 1.0, 1.0 / weight).astype(np.float32)


def clear_vetted(library: Library) -> int:
    """Takes all marks away and returns how many there were.

    Raises:
        StoreError: Nothing was changed.
    """
    return library.vetted.clear()


def _images_of(library: Library, path: Path) -> list[int]:
    names = set(_names(path))
    found = [
        image_id
        for image_id, place, _, post in library.vetted.named()
        if place in names or (post and post in names)
    ]
    if not found:
        raise UsageError(
            f"Nothing in {path} is an image of this collection: it should hold paths below "
            f"{library.folder}, or numbers of posts, one a line."
        )
    return found


def _names(path: Path) -> Iterator[str]:
    """Paths and numbers of posts: one a line, or the "id" of JSON posts."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read ({error}).") from error
    if text.lstrip().startswith(("[", "{")):
        yield from (str(post["id"]) for post in _posts(text, path) if "id" in post)
        return
    for line in text.splitlines():
        name = line.strip().replace("\\", "/")
        if name and not name.startswith("#"):
            yield name.removeprefix("./")


def _posts(text: str, path: Path) -> Iterator[dict[str, object]]:
    """The posts of one JSON list or object, or of one object a line."""
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        whole = None
    try:
        told = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (json.JSONDecodeError, RecursionError) as error:
        if whole is None:
            raise SourceError(f"{path} is neither a list nor JSON ({error}).") from error
        told = []
    posts: object = told if whole is None else whole
    if isinstance(posts, dict):
        posts = posts.get("posts", posts.get("post", [posts]))
    yield from (post for post in posts if isinstance(post, dict)) if isinstance(posts, list) else ()


@dataclass(frozen=True)
class Bias:
    """How unlike the others the vetted images are.

    Attributes:
        vetted, others: Images.
        tags: The least represented tag first.
        lost: Tags that other images carry, at least 20 of them, and no vetted one.
        ratings: Images of each rating, vetted and not.
        reasons: Vetted images by reason.
    """

    vetted: int
    others: int
    tags: Sequence[TagBias]
    lost: int
    ratings: dict[str, tuple[int, int]]
    reasons: dict[str, int]


def measure_bias(library: Library) -> Bias:
    """Compares vetted images with the others, by the original tags."""
    marked = library.vetted.ids()
    rows = library.vetted.styles()
    ids = np.fromiter((row[0] for row in rows), np.int64)
    inside = np.isin(ids, marked)
    stored = library.images.tag_rows()
    vetted, others = stored.of(ids[inside]).counts(), stored.of(ids[~inside]).counts()
    size = max(len(vetted), len(others))
    vetted, others = _long(vetted, size), _long(others, size)
    tags = tag_bias(vetted, others, int(inside.sum()), int((~inside).sum()))
    lost = sum(entry.vetted == 0 for entry in tags)
    ratings = _ratings(rows, inside)
    return Bias(
        int(inside.sum()), int((~inside).sum()), tags, lost, ratings, library.vetted.reasons()
    )


def _long(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.pad(counts, (0, size - len(counts)))


def _ratings(
    rows: Sequence[tuple[int, int | None, str]], inside: NDArray[np.bool_]
) -> dict[str, tuple[int, int]]:
    here, there = Counter[str](), Counter[str]()
    for (_, _, rating), vetted in zip(rows, inside.tolist(), strict=True):
        (here if vetted else there)[rating] += 1
    return {rating: (here[rating], there[rating]) for rating in sorted({*here, *there}) if rating}


def vetted_lines(library: Library) -> list[str]:
    """The bias as lines of text."""
    found = measure_bias(library)
    if not found.vetted:
        return ["No image is vetted. Choose some with --min-score, --favourites or --list."]
    weight = weight_of(library)
    lines = [
        f"{found.vetted:,} images are vetted, {found.others:,} are not.",
        (
            f"The tags that vetted images came with weigh {weight:g} times as much, in training "
            "and where the ranking is calibrated."
        ),
    ]
    lines += [f"  {count:,}: {reason}" for reason, count in sorted(found.reasons.items())]
    if not found.others:
        return [*lines, "All are vetted: there is nothing to compare them with."]
    vocabulary = library.vocabulary()
    clear = [entry for entry in found.tags if entry.clear]
    few = [entry for entry in clear if entry.lift < 1]
    many = [entry for entry in clear if entry.lift > 1][::-1]
    lines.append(
        f"Of {len(found.tags):,} tags, {len(few):,} are clearly rarer among vetted images and "
        f"{len(many):,} clearly more frequent; {found.lost:,} are on none."
    )
    lines += _table("Rarer among vetted images", few[:SHOWN], vocabulary)
    lines += _table("More frequent among vetted images", many[:SHOWN], vocabulary)
    lines += _table("Manners of drawing", _styles(found.tags, vocabulary), vocabulary)
    if found.ratings:
        lines.append("Ratings: share among vetted images, among the others")
        lines += [
            f"  {rating}: {here / max(found.vetted, 1):.1%}, {there / max(found.others, 1):.1%}"
            for rating, (here, there) in found.ratings.items()
        ]
    return lines


def _styles(tags: Iterable[TagBias], vocabulary: Vocabulary) -> list[TagBias]:
    return [entry for entry in tags if vocabulary.name(entry.tag_id) in STYLES]


def _table(title: str, entries: Sequence[TagBias], vocabulary: Vocabulary) -> list[str]:
    if not entries:
        return []
    return [
        f"{title}: tag, lift, images vetted and not",
        *(
            f"  {vocabulary.name(entry.tag_id)}: {entry.lift:.2f} "
            f"({entry.low:.2f} to {entry.high:.2f}), {entry.vetted:,} and {entry.others:,}"
            for entry in entries
        ),
    ]
