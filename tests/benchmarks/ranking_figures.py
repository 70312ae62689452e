"""The figures that the ranking benchmark ends with, collected set by set."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tests.benchmarks.ranking_audits import AuditCover
    from tests.benchmarks.ranking_learning import NextVersion
    from tests.benchmarks.ranking_orders import Run
    from tests.benchmarks.ranking_sets import RankingSet

RARE_IMAGES = 50
FEW = 25
"""Queues with fewer decisions are too small to hold a promise to account."""

CLEANLAB = ("cleanlab adjusted", "cleanlab refreshed")


def rare_tags(data: RankingSet) -> np.ndarray:
    """Tags with fewer than 50 images, shape (T,), bool."""
    return data.present.sum(axis=0) < RARE_IMAGES


def rare_found(data: RankingSet, run: Run, decisions: int) -> int:
    """Errors found at rare tags within so many decisions."""
    return int(run.hit[:decisions][rare_tags(data)[run.tag[:decisions]]].sum())


def area(data: RankingSet, run: Run) -> float:
    """Area under the found curve as a share of the oracle's, 0..1."""
    best = np.minimum(np.arange(1, run.hit.size + 1), int(data.errors.sum())).sum()
    return float(run.hit.cumsum().sum() / best) if run.hit.size else 0.0


def yield_errors(run: Run) -> list[float]:
    """Promised less found, absolute, in points, for each queue with enough decisions."""
    gaps = []
    for tag in np.unique(run.tag):
        mine = run.tag == tag
        if mine.sum() >= FEW:
            gaps.append(100.0 * abs(float(run.promised[mine].mean() - run.hit[mine].mean())))
    return gaps


def interval_cover(run: Run, first: int | None = 20) -> list[float]:
    """For each queue looked at, 1.0 where the promised interval held what was there.

    Args:
        run: A run of ours.
        first: Only the queues that the list begins with, whose promises are the highest and so
            the likeliest to be too high; `None` for all.
    """
    place, questions, _, low, high, real = run.outlook.T
    told = (questions >= FEW) & (place < (first or np.inf))
    return ((low <= real) & (real <= high))[told].astype(float).tolist()


def ratio(first: float, second: float) -> float:
    """How many times as much; nothing found by the second counts as one."""
    return first / max(second, 1.0)


@dataclass
class Figures:
    """What the last line is made of.

    Attributes:
        values: Figures of single sets or queues, by name; their mean is printed.
        sums: Counts over all sets, by name.
        worst: Names whose smallest value is printed as well.
    """

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    worst: tuple[str, ...] = (
        "found_1000_vs_cleanlab",
        "next_version_gap_closed",
        "audit_cover",
    )

    def note(self, data: RankingSet, runs: dict[str, Run], learnt: NextVersion) -> None:
        """Add one set's figures."""
        ours, raw = runs["ours, feedback"], runs["magnitude"]
        self._add("found_1000_vs_magnitude", ratio(ours.found(1000), raw.found(1000)))
        self._add(
            "wrong_side_1000_vs_magnitude",
            ratio(runs["ours, wrong side"].found(1000), runs["magnitude, wrong side"].found(1000)),
        )
        self._add(
            "noisy_reviewer_share",
            ratio(runs["ours, 3 % mistakes"].found(5000), ours.found(5000)),
        )
        self._add("yield_error_points", *yield_errors(ours))
        self._add("yield_error_points_before_answers", *yield_errors(runs["ours, no feedback"]))
        self._add("yield_interval_cover", *interval_cover(ours))
        # The mean of a set, as sets have very different numbers of queues.
        self._add("suspicion_interval_cover", float(np.mean(interval_cover(ours, None))))
        self._add("area_of_oracle", area(data, ours))
        self._add("next_version_gap_closed", learnt.gap_closed(learnt.program))
        self._add("next_version_gap_closed_by_answers_alone", learnt.gap_closed(learnt.answers))
        self._add("next_version_gap_closed_without_answers", learnt.gap_closed(learnt.suspicion))
        if all(name in runs for name in CLEANLAB):
            self._against_cleanlab(data, runs)

    def note_audits(self, cover: AuditCover) -> None:
        """Add what one set's simulated audits held, those before and those after a review."""
        self._add("audit_cover", (cover.recall + cover.recall_reviewed) / 2)
        self._add("audit_cover_of_effective_tags", cover.recall_after)
        self._add("audit_cover_of_precision", cover.precision)
        self._add("audit_width_points", cover.width)
        self._add("audit_cover_of_tags", cover.tags)
        self._add("audit_width_of_tags_points", cover.tag_width)

    def _against_cleanlab(self, data: RankingSet, runs: dict[str, Run]) -> None:
        ours, refreshed = runs["ours, feedback"], runs["ours, refreshed"]
        adjusted, retrained = (runs[name] for name in CLEANLAB)
        against = ratio(ours.found(1000), adjusted.found(1000))
        self._add("found_1000_vs_cleanlab_all", against)
        # Where it finds errors in half of its questions there is no room for half as many more.
        if adjusted.found(1000) < 500:
            self._add("found_1000_vs_cleanlab", against)
        self._add(
            "found_1000_before_answers_vs_cleanlab",
            ratio(runs["ours, no feedback"].found(1000), adjusted.found(1000)),
        )
        loop = ratio(refreshed.found(5000), retrained.found(5000))
        self._add("found_5000_loop_vs_cleanlab", loop)
        oracle = ratio(runs["oracle"].found(5000), retrained.found(5000))
        self._add("found_5000_loop_oracle_vs_cleanlab", oracle)
        self.sums["rare_ours"] += rare_found(data, ours, 5000)
        self.sums["rare_first"] += rare_found(data, runs["ours, rare first"], 5000)
        self.sums["rare_cleanlab"] += rare_found(data, adjusted, 5000)
        self.sums["rare_cleanlab_refreshed"] += rare_found(data, retrained, 5000)

    def _add(self, name: str, *values: float) -> None:
        self.values[name] += values

    def record(self) -> dict[str, dict[str, list[float]] | dict[str, int]]:
        """What is kept of one set, as JSON values."""
        return {"values": dict(self.values), "sums": dict(self.sums)}

    def add_record(self, record: dict[str, dict[str, list[float]]]) -> None:
        """Take in what was kept of a set."""
        for name, values in record["values"].items():
            self._add(name, *values)
        for name, count in record["sums"].items():
            self.sums[name] += count

    def summary(self) -> dict[str, float]:
        """The figures of the last line."""
        line = {name: float(np.mean(values)) for name, values in self.values.items() if values}
        for name in self.worst:
            values = self.values.get(f"{name}_all") or self.values.get(name)
            if values:
                line[f"{name}_worst"] = min(values)
        if "rare_cleanlab" in self.sums:
            cleanlab = self.sums["rare_cleanlab"]
            line["rare_5000_vs_cleanlab"] = ratio(self.sums["rare_ours"], cleanlab)
            line["rare_5000_rare_first_vs_cleanlab"] = ratio(self.sums["rare_first"], cleanlab)
            line["rare_5000_vs_cleanlab_refreshed"] = ratio(
                self.sums["rare_ours"], self.sums["rare_cleanlab_refreshed"]
            )
        return {name: round(value, 3) for name, value in sorted(line.items())}
