"""Errors found per decision: our ranking against public ones, same scores, same reviewer.

Run by hand from the top of the tree:

    python -m tests.benchmarks.bench_ranking                # report seeds: generated sets, sample
    python -m tests.benchmarks.bench_ranking --smoke        # small and quick
    python -m tests.benchmarks.bench_ranking --development  # the seeds to tune on
    python -m tests.benchmarks.bench_ranking --folder ~/Pictures/booru    # errors planted in it
    python -m tests.benchmarks.bench_ranking --npz scores.npz

The last line printed is one JSON object. Nothing was tuned on the report seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.ranking import (
    Candidates,
    NeighbourGraph,
    RankOptions,
    neighbour_graph,
    rank_again,
)
from reviewer.jobs.planting import Planting
from reviewer.sample.kinds import KINDS
from tests.benchmarks import ranking_orders as orders
from tests.benchmarks.ranking_audits import AuditCover, audit_cover
from tests.benchmarks.ranking_figures import Figures, area, rare_found
from tests.benchmarks.ranking_folders import planted_set, sample_set
from tests.benchmarks.ranking_learning import NextVersion, next_version
from tests.benchmarks.ranking_orders import Loop, Run
from tests.benchmarks.ranking_sets import RECIPES, RankingSet, generate, load_npz

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.ranking import RankedQueues

MARKS = (500, 1000, 2000, 5000)
WRONG_DECISIONS = 2000
"""On the wrong side alone, where there are few errors to find."""
DEVELOPMENT_SEEDS = (1, 2, 3)
REPORT_SEEDS = (101, 102, 103)


def say(text: str) -> None:
    """Write a line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def strategies(
    data: RankingSet, graph: NeighbourGraph, candidates: Candidates, args: argparse.Namespace
) -> dict[str, Callable[[], Run | None]]:
    """Every strategy by the name it has in the table."""
    loop = Loop(decisions=args.decisions, batch=args.batch)
    rng = np.random.default_rng(5)
    present = data.present

    def static(priority: np.ndarray | None) -> Run | None:
        return None if priority is None else orders.static_run(data, priority, args.decisions)

    def ours(**changes: object) -> Run:
        return orders.our_run(data, graph, candidates, replace(loop, **changes))

    return {
        "random": lambda: static(rng.random(present.shape)),
        "magnitude": lambda: static(orders.magnitude(data)),
        "magnitude, wrong side": lambda: static(np.where(present, orders.magnitude(data), -np.inf)),
        "uncertainty": lambda: static(orders.uncertainty(data)),
        "FiftyOne mistakenness": lambda: static(orders.mistakenness(data)),
        "cleanlab default": lambda: static(orders.cleanlab_priority(data, adjusted=False)),
        "cleanlab adjusted": lambda: static(orders.cleanlab_priority(data, adjusted=True)),
        "cleanlab refreshed": lambda: orders.cleanlab_loop(data, args.decisions, args.refresh),
        "ours, no feedback": lambda: ours(batch=args.decisions),
        "ours, feedback": ours,
        "ours, refreshed": lambda: ours(refresh=args.refresh),
        "ours, wrong side": lambda: ours(side=1, decisions=min(args.decisions, WRONG_DECISIONS)),
        "ours, 3 % mistakes": lambda: ours(mistakes=0.03),
        "ours, rare first": lambda: ours(options=RankOptions(order="rare", floor=0.0)),
        "oracle": lambda: static(data.errors.astype(np.float64)),
    }


def bench_set(data: RankingSet, args: argparse.Namespace) -> Figures:
    """Run every strategy on one set and print its lines."""
    graph = neighbour_graph(data.embeddings, groups=data.groups)
    began = time.perf_counter()
    candidates = orders.cold_candidates(data, graph)
    queues = rank_again(candidates)
    seconds = time.perf_counter() - began
    errors = data.errors
    say(
        f"\n{data.name}: {errors.shape[0]} x {errors.shape[1]}, "
        f"{int((errors & ~data.present).sum())} missing, "
        f"{int((errors & data.present).sum())} wrong; ranked in {seconds:.1f} s"
    )
    say(
        f"{'errors per 1,000 after':23}"
        + "".join(f"{mark:>27}" for mark in MARKS)
        + f"{'area':>8}{'seconds':>9}"
    )
    say(f"{'':23}" + "    all missing wrong rare" * len(MARKS))
    runs: dict[str, Run] = {}
    for name, strategy in strategies(data, graph, candidates, args).items():
        began = time.perf_counter()
        run = strategy()
        if run is None:
            say(f"{name:23}skipped: cleanlab is not installed (pip install cleanlab)")
            continue
        runs[name] = run
        put_line(data, name, run, time.perf_counter() - began)
    figures = Figures()
    figures.note(data, runs, after_the_loop(data, graph, runs["ours, refreshed"]))
    figures.note_audits(audited(data, queues, runs["ours, feedback"]))
    return figures


def audited(data: RankingSet, queues: RankedQueues, run: Run) -> AuditCover:
    """Simulate audits that are drawn by a ranking before any answer."""
    cover = audit_cover(data, queues, run)
    say(
        f"audits, 95 % interval of {cover.width:.1f} points holds the true recall: before a review "
        f"{cover.recall:.2f}, after {cover.recall_reviewed:.2f}, of the effective tags "
        f"{cover.recall_after:.2f}; the precision {cover.precision:.2f}; single tags "
        f"{cover.tags:.2f} ({cover.tag_width:.0f} points wide)"
    )
    return cover


def after_the_loop(data: RankingSet, graph: NeighbourGraph, run: Run) -> NextVersion:
    """Train the next version from the answers of a run."""
    learnt = next_version(data, graph, orders.answers_of(data, run))
    say(
        f"next version, mAP on the truth over {learnt.tags} reviewed tags: uncorrected "
        f"{learnt.uncorrected:.4f}, by suspicion alone {learnt.suspicion:.4f}, with the answers "
        f"alone {learnt.answers:.4f}, with both {learnt.program:.4f}, clean {learnt.clean:.4f}; "
        f"gap closed {learnt.gap_closed(learnt.program):.2f}"
    )
    return learnt


def put_line(data: RankingSet, name: str, run: Run, seconds: float) -> None:
    """One strategy's line of the table."""
    cells = []
    for mark in MARKS:
        scale = 1000.0 / mark
        wrong = int(run.hit[:mark][run.side[:mark] == 1].sum())
        counts = (run.found(mark), run.found(mark) - wrong, wrong, rare_found(data, run, mark))
        cells.append("{:8.0f}{:8.0f}{:6.0f}{:5.0f}".format(*(scale * count for count in counts)))
    say(f"{name:23}" + "".join(cells) + f"{area(data, run):8.3f}{seconds:9.1f}")


def sets(args: argparse.Namespace, place: Path) -> dict[str, Callable[[], RankingSet]]:
    """What to run on by name, made one at a time."""
    if args.npz:
        return {path.stem: lambda path=path: load_npz(path) for path in args.npz}
    seeds = DEVELOPMENT_SEEDS if args.development else REPORT_SEEDS
    recipes, images, epochs = RECIPES, args.sample_images, None
    if args.smoke:
        recipes = tuple(replace(recipe, images=1000, tags=40) for recipe in RECIPES)
        seeds, images, epochs = seeds[:1], 150, 2
        args.decisions = min(args.decisions, 2000)
    seeds = seeds[: args.seeds]
    plantings = [Planting(args.kind, args.share, seed) for seed in seeds]
    folders = {
        f"{folder.name}-{planting.seed}": lambda folder=folder, planting=planting: planted_set(
            folder, planting, place, epochs
        )
        for folder in args.folder
        for planting in plantings
    }
    if args.folders_only:
        return folders
    generated = {
        f"{recipe.name}-{seed}": lambda recipe=recipe, seed=seed: generate(recipe, seed)
        for seed in seeds
        for recipe in recipes
    }
    drawn = {
        f"sample-{seed}": lambda seed=seed: sample_set(images, seed, place, epochs)
        for seed in seeds
    }
    return generated | drawn | folders


def arguments(given: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="small sets, one seed")
    parser.add_argument("--development", action="store_true", help="the seeds to tune on")
    parser.add_argument("--seeds", type=int, default=3, help="how many of the seeds")
    parser.add_argument("--decisions", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=200, help="answers between two rankings")
    parser.add_argument(
        "--refresh", type=int, default=1000, help="answers between two refits of the heads"
    )
    parser.add_argument("--npz", type=Path, nargs="+", help="saved sets instead of all others")
    parser.add_argument(
        "--folder", type=Path, nargs="+", default=[], help="folders to plant errors in as well"
    )
    parser.add_argument("--folders-only", action="store_true", help="no generated sets, no sample")
    parser.add_argument("--kind", choices=list(KINDS), default="booru", help="of planted errors")
    parser.add_argument("--share", type=float, default=0.3, help="of tags made wrong")
    parser.add_argument("--sample-images", type=int, default=1500)
    parser.add_argument(
        "--place",
        type=Path,
        help="folder to keep drawn and trained sets and the figures of each set in; a run that "
        "was cut off goes on, so empty it when the ranking has changed",
    )
    return parser.parse_args(given)


def main(given: list[str]) -> None:
    """Run the benchmark."""
    args = arguments(given)
    figures = Figures()
    with ExitStack() as stack:
        place = args.place or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(parents=True, exist_ok=True)
        for name, make in sets(args, place).items():
            figures.add_record(kept_or_run(name, make, args, place))
    say(json.dumps(figures.summary()))


def kept_or_run(
    name: str, make: Callable[[], RankingSet], args: argparse.Namespace, place: Path
) -> dict[str, dict[str, list[float]]]:
    """The figures of one set, from an earlier run with the same choices where there are any."""
    how = f"{args.decisions}-{args.batch}-{args.refresh}-{'smoke' if args.smoke else 'whole'}"
    kept = place / f"figures-{name}-{how}.json"
    if not kept.exists():
        data = make()
        kept.write_text(json.dumps(bench_set(data, args).record()), encoding="utf-8")
    record: dict[str, dict[str, list[float]]] = json.loads(kept.read_text(encoding="utf-8"))
    return record


if __name__ == "__main__":
    main(sys.argv[1:])
