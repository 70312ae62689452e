"""One small row a transaction in a bare SQLite file: what the disk itself takes for a decision.

Run by `bench_review` beside the window's own commits, in turns, on the same disk:

    python -m tests.benchmarks.bare_commits FOLDER --count 200 --per-second 5

No part of the program takes part: `sqlite3`, a log written ahead, `synchronous=FULL`, one INSERT.
The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

ROW = (12_345, 678, "yes", 3, 0.25, "someone", 1_700_000_000_000, 950)
"""As wide as a decision."""


def commits_ms(folder: Path, count: int, per_second: float) -> list[float]:
    """Milliseconds of each commit, given at a steady rate.

    Args:
        folder: Where the file is made, and removed again.
        count: Commits, at least 1.
        per_second: How many a second.
    """
    path = folder / "bare.sqlite"
    took = []
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE answer (a, b, c, d, e, f, g, h)")
        begin = time.perf_counter()
        for number in range(count):
            time.sleep(max(begin + number / per_second - time.perf_counter(), 0))
            began = time.perf_counter()
            database.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ROW)
            took.append((time.perf_counter() - began) * 1000)
    for name in ("bare.sqlite", "bare.sqlite-wal", "bare.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    return took


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--per-second", type=float, default=5.0)
    args = parser.parse_args()
    took = commits_ms(args.folder, args.count, args.per_second)
    figures = {f"bare_commit_p{share}_ms": float(np.percentile(took, share)) for share in (50, 99)}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
