"""A training copy: every image at one small size, bucketed, with the junk left out.

After Danbooru2018's 512px set: squares or a short side, JPEG, folders by id modulo 1000. Its makers
name what went wrong with it - drawings in black lines on transparency, laid over black, vanished -
and both remedies: white below, or the background most opposite to the content.
"""

from __future__ import annotations

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import Listener, stage
from reviewer.pictures import open_picture, open_with_alpha
from reviewer.store.disk import replacing, writing
from reviewer.store.moved import is_inside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reviewer.store.library import Library

BUCKETS = 1000
FEWEST_COLOURS = 8
"""Of the small copy, in steps of 16: fewer and nothing is drawn."""
BLANK = 0.995
"""Share of pixels that are almost white, or almost black, of an image with nothing on it."""
MEASURED = 24
"""Images that are only decoded, to tell how fast the decoders alone are."""


class Fit(StrEnum):
    """How an image becomes small."""

    PAD = "pad"
    """The whole image in a square, with bars of the background."""
    INSIDE = "inside"
    """The long side at the size, no bars."""
    SHORT = "short"
    """The short side at the size."""


class Background(StrEnum):
    """What lies below transparent pixels, and makes the bars."""

    WHITE = "white"
    OPPOSITE = "opposite"
    """White or black, whichever is further from the mean of what is drawn."""


@dataclass(frozen=True, slots=True)
class Copying:
    """How to copy.

    Attributes:
        size: Pixels of the side that `fit` is about.
        kind: `jpeg` or `webp`.
        quality: 1..100.
        ratings: Only images of these; empty for all.
        keep_junk: Copies what would be left out.
        threads: Images at the same time.
    """

    size: int = 512
    fit: Fit = Fit.INSIDE
    background: Background = Background.WHITE
    kind: str = "jpeg"
    quality: int = 90
    ratings: tuple[str, ...] = ()
    keep_junk: bool = False
    threads: int = 2


@dataclass(frozen=True, slots=True)
class _Task:
    """One image to copy: its id in words, the original and where its copy goes."""

    name: str
    original: Path
    relative: str
    copy: Path


def rescale(library: Library, listener: Listener, target: Path, how: Copying) -> ChangeSet:
    """Copies a collection's images small; what is there already is left as it is.

    Writes `copies.csv` (copy, original) and `dropped.csv` (original, reason) beside the buckets.

    Args:
        library: The collection.
        listener: Hears of progress.
        target: A folder that is not inside the folder of the images.
        how: Size and shape.

    Returns:
        `copied`, `there` (copied before), `dropped`, and `of_decoding`: images a second over what
        the decoders alone reach in the same run.

    Raises:
        UsageError: The target is inside the images' folder.
        StoreError: It cannot be written.
    """
    if is_inside(target, library.folder):
        raise UsageError(f"{target} is inside the folder of the images. Choose another one.")
    tasks = _tasks(library, target, how)
    waiting = [task for task in tasks if not _is_there(task.copy)]
    unreadable = library.images.problems()
    dropped: list[tuple[str, str]] = []
    limit = _decoding_rate(waiting, how)
    began = time.perf_counter()
    with (
        ThreadPoolExecutor(how.threads) as pool,
        stage(listener, "rescale", len(waiting), "images") as progress,
    ):
        for task, reason in zip(waiting, pool.map(lambda t: _copy(t, how), waiting), strict=True):
            if reason:
                dropped.append((task.relative, reason))
            progress.advance()
    rate = len(waiting) / max(time.perf_counter() - began, 1e-9)
    _write_lists(target, tasks, [*unreadable, *dropped])
    return ChangeSet(
        summary={
            "copied": len(waiting) - len(dropped),
            "there": len(tasks) - len(waiting),
            "dropped": len(dropped) + len(unreadable),
            "of_decoding": round(rate / limit, 3) if limit else 0.0,
        }
    )


def _is_there(copy: Path) -> bool:
    """Whether a copy was written; a system that went down may leave a name without content."""
    try:
        return copy.stat().st_size > 0
    except OSError:
        return False


def _tasks(library: Library, target: Path, how: Copying) -> list[_Task]:
    ending = "webp" if how.kind == "webp" else "jpg"
    wanted = frozenset(how.ratings)
    ratings = {image_id: (rating, remote) for image_id, rating, remote in library.facts.posts()}
    tasks = []
    for image_id, path, _ in library.images.askable():
        rating, remote = ratings.get(image_id, ("", ""))
        if wanted and rating not in wanted:
            continue
        number = int(remote) if remote.isdecimal() else image_id
        copy = target / f"{number % BUCKETS:04}" / f"{number}.{ending}"
        tasks.append(_Task(str(number), library.folder / path, path, copy))
    return tasks


def _decoding_rate(tasks: Sequence[_Task], how: Copying) -> float:
    """Images a second that only opening them allows, with the same threads."""
    some = tasks[:: max(len(tasks) // MEASURED, 1)][:MEASURED]
    if not some:
        return 0.0
    began = time.perf_counter()
    with ThreadPoolExecutor(how.threads) as pool:
        list(pool.map(lambda task: _try_open(task.original, how.size), some))
    return len(some) / max(time.perf_counter() - began, 1e-9)


def _try_open(path: Path, size: int) -> None:
    try:
        open_picture(path, size)
    except SourceError:
        return


def _copy(task: _Task, how: Copying) -> str:
    """Writes one copy; the reason if it is left out."""
    try:
        picture = open_with_alpha(task.original, 0 if how.fit is Fit.SHORT else how.size)
    except SourceError as error:
        return str(error)
    small = shrink(picture, how)
    if not how.keep_junk and (reason := junk(small)):
        return reason
    content = io.BytesIO()
    small.save(content, how.kind.upper(), quality=how.quality)
    aside = task.copy.with_name(f".{task.copy.name}.tmp")
    with writing(task.copy):
        task.copy.parent.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content.getvalue())
        aside.replace(task.copy)
    return ""


def shrink(picture: Image.Image, how: Copying) -> Image.Image:
    """A small RGB copy of an upright RGB or RGBA picture; small ones are not enlarged."""
    side = min(picture.size) if how.fit is Fit.SHORT else max(picture.size)
    factor = min(how.size / side, 1.0)
    size = (max(round(picture.width * factor), 1), max(round(picture.height * factor), 1))
    small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    ground = _ground(small, how.background)
    flat = Image.new("RGB", small.size, ground)
    flat.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    if how.fit is Fit.PAD:
        return ImageOps.pad(flat, (how.size, how.size), color=ground)
    return flat


def _ground(picture: Image.Image, background: Background) -> tuple[int, int, int]:
    if background is Background.WHITE or picture.mode != "RGBA":
        return (255, 255, 255)
    pixels = np.asarray(picture, np.float64)
    cover = pixels[..., 3]
    drawn = float((pixels[..., :3].mean(axis=2) * cover).sum() / max(cover.sum(), 1.0))
    return (255, 255, 255) if drawn < 128 else (0, 0, 0)


def junk(picture: Image.Image) -> str:
    """Why a small RGB picture shows nothing; empty if it shows something."""
    pixels = np.asarray(picture.convert("RGB").resize((64, 64), Image.Resampling.BOX))
    low, high = pixels.min(axis=2), pixels.max(axis=2)
    if (low >= 248).mean() >= BLANK:
        return "almost all white"
    if (high <= 8).mean() >= BLANK:
        return "almost all black"
    colours = np.unique((pixels // 16).reshape(-1, 3), axis=0)
    return "too few colours" if len(colours) < FEWEST_COLOURS and _flat(pixels) else ""


def _flat(pixels: np.ndarray) -> bool:
    """Whether nearly all of a picture is of one colour: a drawing in two colours is none."""
    _, counts = np.unique((pixels // 16).reshape(-1, 3), axis=0, return_counts=True)
    return bool(counts.max() >= BLANK * counts.sum())


def _write_lists(target: Path, tasks: Sequence[_Task], dropped: Sequence[tuple[str, str]]) -> None:
    left_out = {path for path, _ in dropped}
    copies = [
        (task.copy.relative_to(target).as_posix(), task.relative)
        for task in tasks
        if task.relative not in left_out
    ]
    for name, head, rows in (
        ("copies.csv", ("copy", "original"), copies),
        ("dropped.csv", ("original", "reason"), list(dropped)),
    ):
        with (
            replacing(target / name) as aside,
            aside.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(rows)
