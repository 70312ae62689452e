"""Writes the sample collection into a folder, and reads its truth back.

The folder looks like any booru collection: `images/`, `tags.csv`, `tag_list.csv` and
`implications.csv`. What no collection has lies apart in `truth/`: `truth.csv` with the true tags,
`errors.csv` with every planted error, and `drawn.csv`, the journal that lets a drawing that was
cut off go on where it was. `tags.csv` is written last: a folder that has it is complete.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.core.patience import patiently
from reviewer.core.types import Side
from reviewer.sample.compose import compose
from reviewer.sample.noise import Noisy, plant
from reviewer.sample.render import draw
from reviewer.sample.vocabulary import ALIASES, IMPLICATIONS, category_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_CHUNK = 12
"""Illustrations that a worker draws before it reports."""


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """What a sample folder holds.

    Attributes:
        images: Illustrations in the folder.
        drawn: Of these, drawn now; the others were there.
        tags: Distinct tags in the truth.
        instances: Pairs (image, tag) in the metadata, errors included.
        missing, wrong: Planted errors.
    """

    folder: Path
    images: int
    drawn: int
    tags: int
    instances: int
    missing: int
    wrong: int


def write_sample(
    folder: Path,
    count: int = 3000,
    seed: int = 7,
    workers: int = 2,
    report: Callable[[int, int], None] | None = None,
) -> SampleSummary:
    """Draw a sample collection, or go on with one that was cut off.

    Args:
        folder: Where to; made if it is not there.
        count: Illustrations to draw, at least 1.
        seed: Of everything; the same seed gives the same files with any number of workers.
        workers: Processes that draw; 1 draws in this process.
        report: Called with (illustrations ready, `count`) now and then.

    Raises:
        SourceError: The folder holds another sample, or cannot be written.
    """
    try:
        (folder / "images").mkdir(parents=True, exist_ok=True)
        (folder / "truth").mkdir(exist_ok=True)
        ready = _resumed(folder, count, seed)
        already = len(ready)
        todo = [index for index in range(count) if index not in ready]
        with _journal(folder, seed, ready).open("a", encoding="utf-8", newline="") as journal:
            for index, tags in _drawn(folder, seed, todo, workers):
                ready[index] = tags
                journal.write(_line(index, tags))
                journal.flush()
                if report:
                    report(len(ready), count)
        truth = {image_path(index): frozenset(ready[index]) for index in range(count)}
        noisy = plant(truth, seed)
        _write_tables(folder, truth, noisy)
    except OSError as error:
        raise SourceError(
            f"The sample cannot be written to {folder}: {error.strerror or error}. "
            "Free some space or choose another folder; what is drawn is kept."
        ) from error
    return _summary(folder, truth, noisy, drawn=count - already)


def image_path(index: int) -> str:
    """Path of illustration `index` (from 0) in the folder, with forward slashes."""
    return f"images/{index + 1:04d}.jpg"


def read_truth(folder: Path) -> dict[str, frozenset[str]]:
    """The true tags of every illustration of a sample, by relative path.

    Raises:
        SourceError: The folder holds no complete sample.
    """
    path = folder / "truth" / "truth.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        return {row["relative_path"]: frozenset(row["tags"].split()) for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise SourceError(
            f"{folder} is not a sample with known truth: {path.name} in its folder truth "
            "is not there or cannot be read. Draw one with `reviewer demo`."
        ) from error


# -- drawing -------------------------------------------------------------------------------------


def _drawn(
    folder: Path, seed: int, todo: Sequence[int], workers: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Draw what is to be done, in this process or in others, in any order."""
    chunks = [todo[n : n + _CHUNK] for n in range(0, len(todo), _CHUNK)]
    if workers <= 1 or len(chunks) <= 1:
        for chunk in chunks:
            yield from _draw_chunk(str(folder), seed, chunk)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        futures = [pool.submit(_draw_chunk, str(folder), seed, chunk) for chunk in chunks]
        for future in as_completed(futures):
            yield from future.result()
    except BrokenProcessPool as error:
        raise SourceError(
            "A process that was drawing was ended from outside. Start again: what is drawn is kept."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _draw_chunk(
    folder: str, seed: int, indices: Sequence[int]
) -> list[tuple[int, tuple[str, ...]]]:
    """Draw some illustrations into their files; runs in a worker process."""
    done = []
    for index in indices:
        scene = compose(seed, index)
        picture = draw(scene)
        path = Path(folder) / image_path(index)
        part = path.with_name(path.name + ".part")
        picture.image.save(part, "JPEG", quality=scene.variant.quality)
        patiently(partial(part.replace, path))
        done.append((index, tuple(sorted(picture.tags))))
    return done


# -- going on ------------------------------------------------------------------------------------


def _journal(folder: Path, seed: int, ready: dict[int, tuple[str, ...]]) -> Path:
    """Write the journal of what is ready, without lines that were cut off; returns its path."""
    path = folder / "truth" / "drawn.csv"
    text = f"seed,{seed}\n" + "".join(_line(index, ready[index]) for index in sorted(ready))
    _put_text(path, text)
    return path


def _line(index: int, tags: Sequence[str]) -> str:
    return f"{index},{' '.join(tags)}\n"


def _resumed(folder: Path, count: int, seed: int) -> dict[int, tuple[str, ...]]:
    """Tags of the illustrations that are ready, by index.

    Raises:
        SourceError: The folder holds images of something else.
    """
    path = folder / "truth" / "drawn.csv"
    if not path.exists():
        if any((folder / "images").iterdir()) or (folder / "tags.csv").exists():
            raise SourceError(f"{folder} holds other files already. Choose an empty folder.")
        return {}
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    if first != f"seed,{seed}":
        raise SourceError(
            f"{folder} holds a sample drawn with another seed ({first}). Choose an empty folder."
        )
    ready: dict[int, tuple[str, ...]] = {}
    # The last line may have been cut off in the middle: only whole lines count.
    for line in rest.split("\n")[:-1]:
        index, _, tags = line.partition(",")
        if index.isdigit() and _complete(folder / image_path(int(index))):
            ready[int(index)] = tuple(tags.split())
    if ready and max(ready) >= count:
        raise SourceError(
            f"{folder} holds {max(ready) + 1} illustrations already. "
            "Ask for at least as many, or choose an empty folder."
        )
    return ready


def _complete(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


# -- tables --------------------------------------------------------------------------------------


def _write_tables(folder: Path, truth: dict[str, frozenset[str]], noisy: Noisy) -> None:
    """Write every table, `tags.csv` last."""
    counts = Counter(tag for tags in noisy.tags.values() for tag in tags)
    listed = sorted({tag for tags in truth.values() for tag in tags} | set(counts))
    listed.sort(key=lambda tag: -counts[tag])
    header = ("relative_path", "tags")
    _put(folder / "truth" / "truth.csv", [header, *_tag_rows(truth)])
    _put(
        folder / "truth" / "errors.csv",
        [
            ("relative_path", "tag", "kind"),
            *(
                (e.path, e.tag, "missing" if e.side is Side.MISSING else "wrong")
                for e in noisy.errors
            ),
        ],
    )
    _put(
        folder / "tag_list.csv",
        (
            (tag, int(category_of(tag)), counts[tag], ",".join(ALIASES.get(tag, ())))
            for tag in listed
        ),
    )
    present = set(listed)
    _put(
        folder / "implications.csv",
        [
            ("antecedent_name", "consequent_name"),
            *((child, parent) for child, parent in IMPLICATIONS if child in present),
        ],
    )
    _put(folder / "tags.csv", [header, *_tag_rows(noisy.tags)])


def _tag_rows(tags: dict[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    for path in sorted(tags, key=lambda name: (len(name), name)):
        yield path, " ".join(sorted(tags[path]))


def _put(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a table aside and rename it into place."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    _put_text(path, buffer.getvalue())


def _put_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="")
    patiently(partial(part.replace, path))


def _summary(
    folder: Path, truth: dict[str, frozenset[str]], noisy: Noisy, *, drawn: int
) -> SampleSummary:
    missing = sum(error.side is Side.MISSING for error in noisy.errors)
    return SampleSummary(
        folder=folder,
        images=len(truth),
        drawn=drawn,
        tags=len({tag for tags in truth.values() for tag in tags}),
        instances=sum(len(tags) for tags in noisy.tags.values()),
        missing=missing,
        wrong=len(noisy.errors) - missing,
    )
