"""The history and the summary on a log of a million answers; run by hand.

    python tests/benchmarks/bench_history.py [--answers 1000000] [--images 200000]

The last line printed is one JSON object. Times are in milliseconds, of the window's own thread for
what scrolls, of the reading thread for what is searched.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.review.controls import Controls
from reviewer.core.review.sitting import report
from reviewer.core.types import Answer, Image, Origin
from reviewer.store.history import HistoryFilter
from reviewer.store.images import ImageRow
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable

TAGS = 2000
DAY_MS = 86_400_000


def fill(library: Library, images: int, answers: int) -> None:
    """Writes images, tags and a log in which tags come in runs, as they are asked."""
    library.tags.add({f"tag_number_{number}": None for number in range(TAGS)})
    for first in range(0, images, 10_000):
        library.images.write(
            [
                ImageRow(
                    None,
                    Image(0, f"folder_{n % 97}/picture_{n}.jpg", 1, n.to_bytes(32, "big")),
                    1,
                    frozenset(),
                )
                for n in range(first, min(first + 10_000, images))
            ]
        )
    random = np.random.default_rng(7)
    chance = random.random(answers)
    began = 1_700_000_000_000
    at = began + np.cumsum(random.integers(400, 1600, answers))
    picture = random.integers(1, images + 1, answers)
    tag = 1 + (np.arange(answers) // 25) % TAGS
    rows = (
        (
            n + 1,
            n + 1,
            int(picture[n]),
            int(tag[n]),
            int(chance[n] < 0.6),
            0,
            0.5,
            0.5,
            "v1",
            "ann" if chance[n] > 0.98 else "me",
            int(at[n]),
            900,
            "control" if 0.5 < chance[n] < 0.52 else "queue",
        )
        for n in range(answers)
    )
    library.history._database.write(
        lambda connection: connection.executemany(
            "INSERT INTO decision (id, step, image_id, tag_id, answer, side, score, suspicion, "
            "version, reviewer, answered_at, elapsed_ms, origin) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    )


def took(work: Callable[[], object], times: int = 1) -> float:
    """Milliseconds of one call, the median of a few."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return round(float(np.median(found)) * 1000, 2)


def main() -> None:
    """Fills a log and reads it in every way that the window does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--images", type=int, default=200_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "images"
        folder.mkdir()
        with Library.create(Path(place) / "workspace", folder) as library:
            fill(library, chosen.images, chosen.answers)
            sys.stdout.write(json.dumps(measure(library, chosen.answers)) + "\n")


def measure(library: Library, answers: int) -> dict[str, float]:
    """Times of the reads, by name."""
    history, middle = library.history, answers // 2
    everything = HistoryFilter()
    some = HistoryFilter(tags=tuple(range(1, TAGS + 1, 10)))
    path = HistoryFilter(path="picture_19999")
    fixes = HistoryFilter(fixes=True, answer=Answer.YES, origin=Origin.QUEUE)
    last_day = library.decisions.recent(1)[0].answered_at - DAY_MS
    controls = Controls(library.controls, "me", 1.0)
    columns = history.columns("me")
    return {
        "answers": answers,
        "first_page_ms": took(lambda: history.ids(everything, 0, 500), 9),
        "page_in_the_middle_ms": took(lambda: history.ids(everything, middle, 500), 9),
        "rows_64_ms": took(lambda: history.rows(range(middle, middle + 64)), 9),
        "one_tag_ms": took(lambda: history.ids(HistoryFilter(tags=(77,)), 0, 500), 5),
        "200_tags_ms": took(lambda: history.ids(some, 0, 500), 5),
        "path_ms": took(lambda: history.ids(path, 0, 500), 3),
        "fixes_ms": took(lambda: history.ids(fixes, 0, 500), 5),
        "reviewer_ms": took(lambda: history.ids(HistoryFilter(reviewer="ann"), 0, 500), 5),
        "count_all_ms": took(lambda: history.count(everything), 3),
        "count_path_ms": took(lambda: history.count(path), 3),
        "reviewers_ms": took(history.reviewers, 3),
        "yield_of_tag_ms": took(lambda: history.last_of_tag(77, 100), 9),
        "control_ms": took(lambda: controls.next(77), 9),
        "columns_day_ms": took(lambda: history.columns("me", last_day), 3),
        "columns_all_ms": took(lambda: history.columns("me")),
        "controls_all_ms": took(lambda: library.controls.records("me")),
        "controls_day_ms": took(lambda: library.controls.records("me", last_day)),
        "report_all_ms": took(lambda: report(columns, [], 0)),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    main()
