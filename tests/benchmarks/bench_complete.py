"""How long a key takes in the tag editor, over a real list of 140,782 tags or one like it.

    python -m tests.benchmarks.bench_complete [LIST.csv]

LIST has lines of name,category,count,"aliases". Without one, a list of that size and shape is
generated. Words are typed letter by letter, with slips, through the same code as in the window:
completion, and the rows that are shown. `complete_cpu_ms` leaves out what other programs took of
the machine. The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from reviewer.core.types import Category
from reviewer.store.library import Library
from reviewer.store.tags import category_of
from reviewer.ui.tag_search import make_search

GOAL_MS = 30.0
SIZE = 140_782
ALIASES = 30_276
IN_COLLECTION = 10_000
TYPED = 400
"""Tags that are typed from the first letter to the last."""


def generated(seed: int = 1) -> tuple[list[tuple[str, Category, int]], list[tuple[str, str]]]:
    """A list of tags of the usual size: one to four words, uses falling as a power."""
    draw = random.Random(seed)
    syllables = [a + b for a in "bcdfghjklmnprstvwyz" for b in "aeiou"]
    words = ["".join(draw.choices(syllables, k=draw.randint(1, 4))) for _ in range(30_000)]
    names: dict[str, None] = {}
    while len(names) < SIZE:
        count = draw.choices([1, 2, 3, 4], [2, 5, 2, 1])[0]
        names["_".join(draw.choices(words, k=count))] = None
    listed = [
        (name, draw.choice(list(Category)), round(6e6 / (rank + 1)) + 50)
        for rank, name in enumerate(names)
    ]
    others = draw.sample(listed, ALIASES)
    return listed, [(f"{name}_{draw.choice(words)}", name) for name, _, _ in others]


def read(path: Path) -> tuple[list[tuple[str, Category, int]], list[tuple[str, str]]]:
    """A list of tags from a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) >= 3]
    listed = [(row[0], category_of(int(row[1])), int(row[2])) for row in rows]
    aliases = [(a, row[0]) for row in rows if len(row) > 3 for a in row[3].split(",") if a]
    return listed, aliases


def typed_texts(names: list[str], seed: int = 2) -> list[str]:
    """What is in the line after each key, for tags typed in full, every other one with a slip."""
    draw = random.Random(seed)
    texts = []
    # What is used more is typed more.
    picked = [names[int(len(names) * draw.random() ** 3)] for _ in range(TYPED)]
    for number, name in enumerate(picked):
        text = name.replace("_", " ")
        if number % 2 and len(text) > 4:
            at = draw.randrange(len(text) - 2)
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        texts += [text[: end + 1] for end in range(min(len(text), 20))]
    return texts


def complete_ms(path: Path | None = None) -> dict[str, float]:
    """Milliseconds a key takes: the 99th percentile as `complete_ms`, and what else there is."""
    listed, aliases = read(path) if path is not None and path.exists() else generated()
    with tempfile.TemporaryDirectory() as place:
        images = Path(place) / "images"
        images.mkdir()
        with Library.create(Path(place) / "workspace", images) as library:
            ids = library.tags.add({name: kind for name, kind, _ in listed[:IN_COLLECTION]})
            library.aids.counts.replace(
                {ids[name]: posts // 1000 for name, _, posts in listed[:IN_COLLECTION]}
            )
            library.aids.listed.add(
                {name: (kind, posts) for name, kind, posts in listed}, dict(aliases)
            )
            return measured(library, [name for name, _, _ in listed])


def measured(library: Library, names: list[str]) -> dict[str, float]:
    """The figures of one collection."""
    vocabulary = library.vocabulary()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    search = make_search(
        library.aids, list(vocabulary.tags.values()), vocabulary.aliases, vocabulary
    )
    made = time.perf_counter() - begun
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    spent, worked = [], []
    for text in typed_texts(names):
        begun, idle = time.perf_counter(), time.thread_time()
        search.complete(text)
        spent.append((time.perf_counter() - begun) * 1000)
        worked.append((time.thread_time() - idle) * 1000)
    return {
        "complete_ms": round(float(np.percentile(spent, 99)), 2),
        "complete_p50_ms": round(float(np.percentile(spent, 50)), 2),
        "complete_worst_ms": round(max(spent), 2),
        "complete_cpu_ms": round(float(np.percentile(worked, 99)), 2),
        "keys": len(spent),
        "tags": len(names),
        "aliases": len(library.aids.listed.aliases()),
        "index_s": round(made, 2),
        "index_peak_mb": round(grown, 1),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("list", nargs="?", type=Path, help="a list of tags (CSV)")
    figures = complete_ms(parser.parse_args().list)
    for name, value in figures.items():
        goal = f"  (goal: at most {GOAL_MS:g})" if name == "complete_ms" else ""
        sys.stdout.write(f"{name:20} {value:>12,}{goal}\n")
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
