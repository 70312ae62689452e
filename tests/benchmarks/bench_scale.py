"""Danbooru's size on this machine, each figure beside a limit measured in the same run.

    python tests/benchmarks/bench_scale.py            333,000 images, minutes on two cores
    python tests/benchmarks/bench_scale.py --full     3.33 million images; 40 GB of disk
    python tests/benchmarks/bench_scale.py --only import --only memory

What is measured is what `reviewer bench` measures: the program's own import, ranking, refresh and
scan on data of Danbooru's shape. Where other programs use the machine, the shares of processor
time (`*_cpu`) say more than those of time. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.jobs.bench.data import DANBOORU_IMAGES
from reviewer.jobs.bench.parts import PARTS, Size
from reviewer.jobs.bench.run import GOALS, bench, meaning, table

if TYPE_CHECKING:
    from reviewer.core.types import Progress


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Printed:
    """Prints what is measured next."""

    def progress(self, progress: Progress) -> None:
        """Says nothing: the notes do."""

    def note(self, text: str) -> None:
        """One line."""
        say(text)


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--full", action="store_true")
    options.add_argument("--images", type=int, default=333_000)
    options.add_argument("--tags", type=int, default=8_266)
    options.add_argument("--only", action="append", default=[], choices=list(PARTS))
    options.add_argument("--in", dest="place", type=Path)
    given = options.parse_args()
    size = Size(images=DANBOORU_IMAGES if given.full else given.images, tags=given.tags)
    with ExitStack() as stack:
        place = given.place or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        figures = bench(place, Printed(), size=size, parts=given.only)
    say("\n".join([*table(figures), "", *meaning(figures, 0, size.tags)]))
    say("beside: " + json.dumps({k: round(v, 3) for k, v in figures.items() if k not in GOALS}))
    say(json.dumps({key: figures.get(key) for key in GOALS} | {"images": size.images}))


if __name__ == "__main__":
    main()
