"""Errors found per decision: our ranking against public ones, same scores, same reviewer.

Run by hand from the top of the tree:

    python -m tests.benchmarks.bench_ranking                # report seeds, generated sets
    python -m tests.benchmarks.bench_ranking --smoke        # small and quick
    python -m tests.benchmarks.bench_ranking --development  # the seeds to tune on
    python -m tests.benchmarks.bench_ranking --npz scores.npz --folder path/with/tags.csv

The last line printed is one JSON object. Nothing was tuned on the report seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.ranking import NeighbourGraph, RankOptions, neighbour_graph
from tests.benchmarks import ranking_orders as orders
from tests.benchmarks.ranking_orders import Loop, Run
from tests.benchmarks.ranking_sets import RECIPES, RankingSet, generate, load_npz

if TYPE_CHECKING:
    from collections.abc import Callable

MARKS = (500, 1000, 2000, 5000)
DEVELOPMENT_SEEDS = (1, 2, 3)
REPORT_SEEDS = (101, 102, 103)
RARE_IMAGES = 50
FEW = 25
"""Queues with fewer decisions are too small to hold a promise to account."""


def say(text: str) -> None:
    """Write a line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def strategies(
    data: RankingSet, graph: NeighbourGraph, args: argparse.Namespace
) -> dict[str, Callable[[], Run | None]]:
    """Every strategy by the name it has in the table."""
    loop = Loop(decisions=args.decisions, batch=args.batch)
    rng = np.random.default_rng(5)
    present = data.present

    def static(priority: np.ndarray | None) -> Run | None:
        return None if priority is None else orders.static_run(data, priority, args.decisions)

    def ours(**changes: object) -> Run:
        return orders.our_run(data, graph, replace(loop, **changes))

    table: dict[str, Callable[[], Run | None]] = {
        "random": lambda: static(rng.random(present.shape)),
        "magnitude": lambda: static(orders.magnitude(data)),
        "magnitude, wrong side": lambda: static(np.where(present, orders.magnitude(data), -np.inf)),
        "uncertainty": lambda: static(orders.uncertainty(data)),
        "cleanlab default": lambda: static(orders.cleanlab_priority(data, adjusted=False)),
        "cleanlab adjusted": lambda: static(orders.cleanlab_priority(data, adjusted=True)),
        "ours, no feedback": lambda: ours(batch=args.decisions),
        "ours, feedback": ours,
        "ours, wrong side": lambda: ours(side=1),
        "ours, 3 % mistakes": lambda: ours(mistakes=0.03),
        "ours, rare first": lambda: ours(options=RankOptions(order="rare", floor=0.0)),
        "oracle": lambda: static(data.errors.astype(np.float64)),
    }
    if args.refresh:
        table["ours, refreshed"] = lambda: ours(refresh=args.refresh)
        table["cleanlab refreshed"] = lambda: orders.cleanlab_loop(
            data, args.decisions, args.refresh
        )
    return table


def bench_set(data: RankingSet, args: argparse.Namespace) -> dict[str, Run]:
    """Run every strategy on one set and print its lines."""
    graph = neighbour_graph(data.embeddings, groups=data.groups)
    errors = data.errors
    say(
        f"\n{data.name}: {errors.shape[0]} x {errors.shape[1]}, "
        f"{int((errors & ~data.present).sum())} missing, {int((errors & data.present).sum())} wrong"
    )
    say(
        f"{'errors found after':24}"
        + "".join(f"{mark:>8}" for mark in MARKS)
        + f"{'missing':>9}{'wrong':>7}{'rare':>6}{'area':>7}{'seconds':>9}"
    )
    runs: dict[str, Run] = {}
    for name, strategy in strategies(data, graph, args).items():
        began = time.perf_counter()
        run = strategy()
        if run is None:
            say(f"{name:24}skipped: cleanlab is not installed (pip install cleanlab)")
            continue
        runs[name] = run
        put_line(data, name, run, time.perf_counter() - began)
    return runs


def put_line(data: RankingSet, name: str, run: Run, seconds: float) -> None:
    """One strategy's line of the table."""
    wrong = int(run.hit[run.side == 1].sum())
    best = np.minimum(np.arange(1, run.hit.size + 1), int(data.errors.sum())).sum()
    area = float(run.hit.cumsum().sum() / best) if run.hit.size else 0.0
    say(
        f"{name:24}"
        + "".join(f"{run.found(mark):8}" for mark in MARKS)
        + f"{run.found(run.hit.size) - wrong:9}{wrong:7}{rare_found(data, run):6}"
        f"{area:7.3f}{seconds:9.1f}",
    )


def rare_found(data: RankingSet, run: Run) -> int:
    """Errors found at tags with fewer than 50 images."""
    rare = data.present.sum(axis=0) < RARE_IMAGES
    return int(run.hit[rare[run.tag]].sum())


def yield_errors(run: Run) -> list[float]:
    """Promised less found, absolute, in points, for each queue with enough decisions."""
    gaps = []
    for tag in np.unique(run.tag):
        mine = run.tag == tag
        if mine.sum() >= FEW:
            gaps.append(100.0 * abs(float(run.promised[mine].mean() - run.hit[mine].mean())))
    return gaps


def ratio(first: float, second: float) -> float:
    """How many times as much; nothing found by the second counts as one."""
    return first / max(second, 1.0)


def note(data: RankingSet, runs: dict[str, Run], figures: dict[str, list[float]]) -> None:
    """Add one set's figures to the collected ones."""
    ours, raw = runs["ours, feedback"], runs["magnitude"]
    figures["found_1000_vs_magnitude"].append(ratio(ours.found(1000), raw.found(1000)))
    figures["wrong_side_1000_vs_magnitude"].append(
        ratio(runs["ours, wrong side"].found(1000), runs["magnitude, wrong side"].found(1000))
    )
    figures["noisy_reviewer_share"].append(
        ratio(runs["ours, 3 % mistakes"].found(5000), ours.found(5000))
    )
    figures["yield_error_points"] += yield_errors(ours)
    _, _, low, high, real = ours.outlook[ours.outlook[:, 0] >= FEW].T
    figures["yield_interval_cover"] += ((low <= real) & (real <= high)).astype(float).tolist()
    adjusted = runs.get("cleanlab adjusted")
    if adjusted is None:
        return
    against = ratio(ours.found(1000), adjusted.found(1000))
    figures["found_1000_vs_cleanlab_all"].append(against)
    if adjusted.found(1000) < 500:
        figures["found_1000_vs_cleanlab"].append(against)
    figures["found_1000_cold_vs_cleanlab"].append(
        ratio(runs["ours, no feedback"].found(1000), adjusted.found(1000))
    )
    figures["rare_ours"].append(rare_found(data, ours))
    figures["rare_ours_rare_first"].append(rare_found(data, runs["ours, rare first"]))
    figures["rare_cleanlab"].append(rare_found(data, adjusted))
    if "ours, refreshed" in runs:
        figures["found_5000_loop_vs_cleanlab"].append(
            ratio(runs["ours, refreshed"].found(5000), runs["cleanlab refreshed"].found(5000))
        )


def summary(figures: dict[str, list[float]]) -> dict[str, float]:
    """The means that the last line prints."""
    line = {name: float(np.mean(values)) for name, values in figures.items() if values}
    if "found_1000_vs_cleanlab_all" in figures:
        line["found_1000_vs_cleanlab_worst"] = min(figures["found_1000_vs_cleanlab_all"])
    if "rare_cleanlab" in figures:
        cleanlab = sum(figures["rare_cleanlab"])
        line["rare_5000_vs_cleanlab"] = ratio(sum(figures["rare_ours"]), cleanlab)
        first = sum(figures["rare_ours_rare_first"])
        line["rare_5000_rare_first_vs_cleanlab"] = ratio(first, cleanlab)
    return {name: round(value, 3) for name, value in sorted(line.items())}


def sets(args: argparse.Namespace) -> list[Callable[[], RankingSet]]:
    """What to run on, made one at a time."""
    if args.npz:
        return [lambda path=path: load_npz(path, args.folder) for path in args.npz]
    recipes = RECIPES
    seeds = DEVELOPMENT_SEEDS if args.development else REPORT_SEEDS
    if args.smoke:
        recipes = tuple(replace(recipe, images=1500, tags=40) for recipe in RECIPES)
        seeds = seeds[:1]
    return [
        lambda recipe=recipe, seed=seed: generate(recipe, seed)
        for recipe in recipes
        for seed in seeds
    ]


def arguments(given: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="small sets, one seed")
    parser.add_argument("--development", action="store_true", help="the seeds to tune on")
    parser.add_argument("--decisions", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=200, help="answers between two rankings")
    parser.add_argument(
        "--refresh", type=int, default=0, help="answers between two refits of the heads; 0: never"
    )
    parser.add_argument("--npz", type=Path, nargs="+", help="saved sets instead of generated ones")
    parser.add_argument("--folder", type=Path, help="folder whose tags.csv names the tags")
    return parser.parse_args(given)


def main(given: list[str]) -> None:
    """Run the benchmark."""
    args = arguments(given)
    figures: dict[str, list[float]] = defaultdict(list)
    for make in sets(args):
        data = make()
        note(data, bench_set(data, args), figures)
    say(json.dumps(summary(figures)))


if __name__ == "__main__":
    main(sys.argv[1:])
