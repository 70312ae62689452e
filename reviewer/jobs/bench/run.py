"""Runs the measurements of `reviewer bench`, each in its own process; says what they mean."""

from __future__ import annotations

import math
import multiprocessing
import shutil
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreFullError, UsageError
from reviewer.jobs.bench.data import DANBOORU_IMAGES, TAGS_AN_IMAGE
from reviewer.jobs.bench.parts import PARTS, Figures, Size, importing
from reviewer.jobs.context import Listener, stage
from reviewer.jobs.questions.large import LARGE_PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

GOALS: dict[str, tuple[str, str, float]] = {
    "import_vs_decode": ("import, against the JSON decoder alone", ">=", 0.4),
    "bytes_per_tag": ("collection on disk without scores, bytes a tag", "<=", 10),
    "matrix_load_s": ("load of 92.7 million tags, seconds", "<=", 2),
    "score_write_share": ("writing scores, share of the scan", "<=", 0.02),
    "rank_vs_bandwidth": ("ranking in memory, against reading it", ">=", 0.6),
    "rank_disk_vs_stream": ("ranking from disk, against reading it", ">=", 0.7),
    "wrong_side_s_per_10m": ("wrong tags, seconds for 10 million pairs", "<=", 0.5),
    "queue_ms": ("one tag's queue after answers, 1 M images, ms", "<=", 30),
    "scan_vs_forward": ("scan on the CPU, against the forward pass", ">=", 0.9),
    "scan_vs_forward_cuda": ("scan on the GPU, against the forward pass", ">=", 0.8),
    "refresh_s": ("refresh of 500 heads, 100,000 images, seconds", "<=", 30),
    "peak_mb": ("most memory of any job, MB", "<=", 4000),
}
"""What is printed, in order: the words, and what it should be."""


def bench(
    place: Path, listener: Listener, *, size: Size | None = None, parts: Sequence[str] = ()
) -> Figures:
    """Measures this machine on generated data.

    Args:
        place: A folder for the data; what is there from a run before is used again, the
            measured collection is made anew.
        listener: Hears of progress.
        size: How much; the default takes a few minutes.
        parts: Names of `PARTS`; all where there are none.

    Returns:
        The figures of `GOALS` that were measured, and others beside them.

    Raises:
        UsageError: There is no part of that name.
        StoreFullError: The disk is too small.
    """
    used, chosen = size or Size(), list(parts) or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        raise UsageError(f"There is no part {unknown[0]!r}. Parts: {', '.join(PARTS)}.")
    place.mkdir(parents=True, exist_ok=True)
    steps = list(dict.fromkeys(step for name in chosen for step in PARTS[name]))
    if importing in steps:
        shutil.rmtree(place / "workspace", ignore_errors=True)
    needed = _room_needed(place, used, chosen)
    _refuse_without_room(place, needed)
    listener.note(f"What is generated takes about {_room(needed)} in {place}.")
    figures: Figures = {}
    with stage(listener, "bench", len(steps), "steps") as progress:
        for step in steps:
            listener.note(_first_sentence(step))
            found = _alone(step, place, used)
            if found:
                listener.note(", ".join(f"{name} {value:.3g}" for name, value in found.items()))
            figures |= found
            progress.advance()
    peaks = [value for name, value in figures.items() if name.endswith("_peak_mb")]
    return figures | ({"peak_mb": max(peaks)} if peaks else {})


def _alone(step: Callable[[Path, Size], Figures], place: Path, size: Size) -> Figures:
    """Runs a step in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(step, place, size).result()


def _first_sentence(step: Callable[..., Figures]) -> str:
    return (step.__doc__ or "").split("\n")[0]


def _room_needed(place: Path, size: Size, parts: Sequence[str]) -> float:
    """Bytes that some parts write, those not counted that are there from a run before."""
    needed = 0.0
    if {"import", "disk"} & set(parts):
        # The collection with its log, beside the dump: a post is two kilobytes of JSON, an empty
        # file four of the disk's blocks at most.
        needed += size.images * 600
        needed += 0 if (place / "dump").exists() else size.images * (2_200 + 600)
    if "disk" in parts:
        # Scores of all tags, those of present ones at higher precision, embeddings.
        needed += size.images * (size.tags + 4 * TAGS_AN_IMAGE + 40 + 1024)
    if "queue" in parts:
        needed += 130e6
    if "scan" in parts:
        needed += 50e6 + size.pictures * 100e3
    return needed


def _refuse_without_room(place: Path, needed: float) -> None:
    free = shutil.disk_usage(place).free
    if needed > free:
        raise StoreFullError(
            f"The measurement needs {needed / 1e9:,.1f} GB in {place}, and {free / 1e9:,.1f} GB "
            "are free. Name another folder with --in, or fewer images with --images."
        )


def table(figures: Figures) -> list[str]:
    """The figures with their goals, a line each."""
    lines = [f"{'':<48}{'here':>10}  goal"]
    for key, (words, sign, goal) in GOALS.items():
        if key in figures:
            value = figures[key]
            met = value >= goal if sign == ">=" else value <= goal
            mark = "" if met else "  missed"
            lines.append(f"{words:<48}{value:>10,.3g}  {sign} {goal:g}{mark}")
    return lines


def meaning(figures: Figures, images: int, tags: int) -> list[str]:
    """What the figures mean for a collection, in sentences.

    Args:
        figures: As measured.
        images: Of the collection; 0 for one of Danbooru's size.
        tags: That its tagger scores.
    """
    count = images or DANBOORU_IMAGES
    lines = [f"For {count:,} images and a tagger of {tags:,} tags on this machine:"]
    if rate := figures.get("import_posts_per_s"):
        lines.append(f"  import without opening the files: {_span(count / rate)}")
    if per_tag := figures.get("bytes_per_tag"):
        lines.append(f"  the collection: {_room(count * TAGS_AN_IMAGE * per_tag)} on disk")
    lines.append(f"  the scan's scores and embeddings: {_room(count * (tags + 1200))}")
    if rate := figures.get("scan_images_per_s"):
        network = (
            "WD's ViT at 448 px" if "scan_vs_forward_cuda" in figures else "resnet18 at 224 px"
        )
        reading = figures.get("scan_read_share", 0.0)
        lines.append(
            f"  a scan with {network}: {_span(count / rate)}; reading images is {reading:.0%} of it"
        )
    if (disk := figures.get("disk_gb_s")) and (share := figures.get("rank_disk_vs_stream")):
        # What is known of the images is read before, and what was found is put in order after.
        measured = figures.get("instances", 0.0) or math.inf
        opening = figures.get("rank_open_s", 0.0) * count * TAGS_AN_IMAGE / measured
        seconds = count * tags / (disk * 1e9 * share) + opening
        seconds += figures.get("rank_order_s", 0.0)
        lines.append(f"  ranking the whole scan from disk: {_span(seconds)}")
    if refresh := figures.get("refresh_s"):
        # A large collection's heads learn from a bounded draw of images, in lots; then all of
        # them are scored. The two numbers are of a refresh at Danbooru's size.
        large = count * tags > LARGE_PAIRS
        most = refresh * 7 + count / 35_000 if large else refresh * max(count / 100_000, 0.05)
        lines.append(f"  a refresh of 500 answered tags: about {_span(most)}")
    return lines


def _room(count: float) -> str:
    """Bytes for people."""
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 1):,.0f} MB"


def _span(seconds: float) -> str:
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
