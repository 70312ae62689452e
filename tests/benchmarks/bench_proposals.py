"""Do proposals for new images reach the precision that was promised?

Draws new images of the sample's kind, proposes tags for them from a prepared sample collection,
and compares with the truth. Nothing is asked of anybody; the collection is opened, not changed.

    python -m tests.benchmarks.bench_proposals --workspace WORKSPACE [--images 400] [--seed 99]

The last line printed is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from reviewer.core.statistics import wilson
from reviewer.jobs.context import Silent
from reviewer.jobs.proposals.floors import find_floors
from reviewer.jobs.proposals.new_images import propose
from reviewer.sample.write import read_truth, write_sample
from reviewer.store.library import Library


def figures(library: Library, place: Path, truth: Path, level: float) -> dict[str, float]:
    """Proposals at one level against the truth."""
    found = find_floors(library, Silent(), level=level)
    known = read_truth(truth)
    with Library.create(place / f"workspace-{level}", truth / "images") as new:
        propose(library, new, Silent(), found)
        ranking, vocabulary = new.rankings.load(), new.vocabulary()
        tags = np.repeat(ranking.tags, np.diff(ranking.offsets))
        paths = {image: path for image, path, _ in new.images.askable()}
        right = [
            vocabulary.name(int(tag)) in known[f"images/{paths[int(image)]}"]
            for image, tag in zip(ranking.images, tags, strict=True)
        ]
        every = sum(len(entry) for entry in known.values())
        share = wilson(sum(right), len(right))
        return {
            "level": level,
            "tags": len(found.floors),
            "of_tags": found.tags,
            "answers_it_rests_on": found.trust.answers,
            "proposals": len(right),
            "images": len(np.unique(ranking.images)),
            "precision": round(share.share, 4),
            "low": round(share.low, 4),
            "high": round(share.high, 4),
            "best_guess": round(float(ranking.suspicions.mean()), 4) if right else 0.0,
            "recall_of_all_true_tags": round(sum(right) / every, 4),
            "kept": share.high >= level or not right,
        }


def main() -> None:
    """Prints a line a level, then all of it as one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--levels", type=float, nargs="+", default=[0.8, 0.9, 0.95])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Library.open(chosen.workspace) as library:
        place = Path(folder)
        write_sample(place / "new", chosen.images, chosen.seed, 1)
        rows = [figures(library, place, place / "new", level) for level in chosen.levels]
    for row in rows:
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(json.dumps({"proposals": rows}) + "\n")


if __name__ == "__main__":
    main()
