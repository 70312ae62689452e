"""Writes a cast's pictures as the public sets of characters come: grapeot's, or DAF:re's."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Literal

from reviewer.core.errors import SourceError
from reviewer.sample.cast import draw_picture, head_of, make_cast, plan_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from reviewer.sample.cast import CastPicture
    from reviewer.sample.scene import Person

Layout = Literal["grapeot", "dafre"]
FLOOR = 0.85
LEAST = 10
SPLIT = (0.7, 0.1, 0.2)
"""What DAF:re keeps of grapeot's set, and how it divides it."""
_QUALITY = 90
_CHUNK = 16


@dataclass(frozen=True, slots=True)
class CastSummary:
    """What was written.

    Attributes:
        images: Files.
        characters: Of the labels.
        faces: Lines of the labels; those below the floor too, where the layout has them.
        doubtful: Of them, below the floor.
    """

    images: int
    characters: int
    faces: int
    doubtful: int


def write_cast(
    folder: Path,
    *,
    characters: int = 60,
    pictures: int = 2400,
    seed: int = 7,
    side: int = 128,
    layout: Layout = "grapeot",
    workers: int = 1,
    report: Callable[[int, int], None] | None = None,
) -> CastSummary:
    """Draws a cast into a folder that is not there yet, or is empty.

    Args:
        folder: Where to.
        characters: Of the cast, 1 or more.
        pictures: In all, at least one a character.
        seed: Of everything; the same seed gives the same files.
        side: Of the square pictures, pixels.
        layout: `grapeot`: whole pictures, `faces.tsv` (tab-separated, backslashes, every
            detection) and `tagIds.tsv`. `dafre`: heads alone under `faces/`, and in `labels/` the
            CSV files of those with enough confidence and images, under ids of their own.
        workers: Processes that draw; 1 draws in this one.
        report: Called with (pictures drawn, `pictures`) now and then.

    Raises:
        SourceError: The folder holds something, or cannot be written.
    """
    cast, plan = make_cast(characters, seed), plan_pictures(characters, pictures, seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise SourceError(f"{folder} is not empty; name a new folder for the pictures.")
        if layout == "dafre":
            counts = Counter(p.member for p in plan if _sure(p, side))
            plan = [p for p in plan if _sure(p, side) and counts[p.member] >= LEAST]
        draw = partial(_draw, folder=folder, cast=cast, side=side, heads=layout == "dafre")
        for done, _ in enumerate(_mapped(draw, plan, workers), 1):
            if report is not None and (done % _CHUNK == 0 or done == len(plan)):
                report(done, len(plan))
        write = _write_dafre if layout == "dafre" else _write_grapeot
        write(folder, cast, plan, seed, side)
    except OSError as error:
        raise SourceError(f"Cannot write {folder}: {error.strerror or error}.") from error
    doubtful = sum(not _sure(picture, side) for picture in plan)
    return CastSummary(len(plan), len({p.member for p in plan}), len(plan), doubtful)


def _sure(picture: CastPicture, side: int) -> bool:
    return head_of(picture, side).confidence >= FLOOR


def _mapped(
    draw: Callable[[CastPicture], None], plan: Sequence[CastPicture], workers: int
) -> Iterable[None]:
    if workers < 2:
        yield from map(draw, plan)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(draw, plan, _CHUNK)


def _draw(
    picture: CastPicture, *, folder: Path, cast: Sequence[Person], side: int, heads: bool
) -> None:
    image = draw_picture(cast[picture.member], picture, side)
    if heads:
        image = image.crop(head_of(picture, side).box)
    place = folder / ("faces" if heads else "") / _bucket(picture) / f"{picture.number}.jpg"
    place.parent.mkdir(parents=True, exist_ok=True)
    image.save(place, quality=_QUALITY)


def _bucket(picture: CastPicture) -> str:
    """Danbooru's folder of a post: its id modulo 1000."""
    return f"{picture.number % 1000:04}"


def _write_grapeot(
    folder: Path, cast: Sequence[Person], plan: Sequence[CastPicture], seed: int, side: int
) -> None:
    ids = list(range(1, len(cast) + 1))
    random.Random(seed).shuffle(ids)
    lines = []
    for picture in plan:
        head = head_of(picture, side)
        box = ",".join([*map(str, head.box), f"{head.confidence:.4f}"])
        lines.append(f"{_bucket(picture)}\\{picture.number}.jpg\t{ids[picture.member]}\t{box}\n")
    (folder / "faces.tsv").write_text("".join(lines), encoding="utf-8")
    named = sorted((number, person.character) for number, person in zip(ids, cast, strict=True))
    table = "".join(f"{name}\t{number}\n" for number, name in named)
    (folder / "tagIds.tsv").write_text(table, encoding="utf-8")


def _write_dafre(
    folder: Path, cast: Sequence[Person], plan: Sequence[CastPicture], seed: int, _side: int
) -> None:
    labels = folder / "labels"
    labels.mkdir()
    kept = sorted({picture.member for picture in plan}, key=lambda m: cast[m].character)
    numbers = {member: number for number, member in enumerate(kept)}
    _write_csv(
        labels / "classid_classname.csv",
        [(str(number), cast[member].character) for member, number in numbers.items()],
    )
    shuffled = list(plan)
    random.Random(seed).shuffle(shuffled)
    first, second = (round(len(plan) * share) for share in (SPLIT[0], SPLIT[0] + SPLIT[1]))
    parts = {"train": shuffled[:first], "val": shuffled[first:second], "test": shuffled[second:]}
    for name, part in parts.items():
        rows = [(str(numbers[p.member]), f"{_bucket(p)}/{p.number}.jpg") for p in part]
        _write_csv(labels / f"{name}.csv", rows)


def _write_csv(path: Path, rows: Iterable[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
