"""What the answers on a tag gave, against what the ranking promised: the rest is promised anew.

A ranking is minutes or hundreds of answers old. In between, each answer tests what it said of one
tag and one side: how far the log-odds are off is learned as a smooth curve over the suspicion (a
Gaussian process on the logistic scale, fitted by Laplace's approximation; Rasmussen and Williams,
Gaussian Processes for Machine Learning, 2006, section 3.4). Answers say most about questions of
their own suspicion, less about others and nothing about those far away: a queue whose best twenty
were all errors is not therefore full of errors to its end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.types import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

ENDS = 6.0
"""Log-odds beyond which suspicions are held for the same."""

STEP = 0.5
"""Log-odds between the points of the curve."""

WIDTH = 1.0
"""Log-odds over which one answer says something of another question. On the tags alone (mulberry,
noto_emoji, the sample) and after a scan, widths from .6 to 2 and one shift for a whole queue were
tried: wider ones find as much and promise two to four times too much of the rest of a queue."""

DOUBT = 1.5
"""Standard deviation of a ranking's log-odds, as the same trials had it."""

_POINTS = np.arange(-ENDS, ENDS + STEP / 2, STEP)
_PRIOR = DOUBT**2 * np.exp(-((_POINTS[:, None] - _POINTS) ** 2) / (2 * WIDTH**2))
_NEWTON_STEPS = 12
_LONGEST_STEP = 1.5
_SETTLED = 1e-3


def log_odds(suspicions: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log-odds of chances 0..1, within `ENDS`."""
    safe = np.clip(np.asarray(suspicions, np.float64), 1e-9, 1.0 - 1e-9)
    return np.clip(np.log(safe / (1.0 - safe)), -ENDS, ENDS)


def _chance(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1.0 + np.tanh(odds / 2.0)), np.float64)


class TrackRecord:
    """The answers on one tag and side by how suspicious their questions were."""

    def __init__(self) -> None:
        """Begins without answers."""
        self._asked = np.zeros(len(_POINTS))
        self._found = np.zeros(len(_POINTS))
        self._ratios: NDArray[np.float64] | None = None

    def add(self, promised: float, *, fixed: bool, times: int = 1) -> None:
        """Counts answers to questions of one suspicion; `times` below 0 takes them back.

        Args:
            promised: The suspicion, 0..1.
            fixed: Whether the answer changed the metadata.
            times: How often.
        """
        point = _nearest_point(promised)
        self._asked[point] = max(self._asked[point] + times, 0.0)
        self._found[point] = max(self._found[point] + times * fixed, 0.0)
        self._ratios = None

    @property
    def tests(self) -> int:
        """Answers that it rests on."""
        return int(self._asked.sum())

    @property
    def ratios(self) -> NDArray[np.float64]:
        """What a promise at each point of the curve is to be multiplied with; (P,) above 0."""
        if self._ratios is None:
            self._ratios = _chance(_POINTS + self._shift()) / _chance(_POINTS)
        return self._ratios

    def _shift(self) -> NDArray[np.float64]:
        """Log-odds by which the ranking is off at each point of the curve."""
        used = np.flatnonzero(self._asked)
        if not used.size:
            return np.zeros(len(_POINTS))
        prior = _PRIOR[np.ix_(used, used)]
        asked, found, odds = self._asked[used], self._found[used], _POINTS[used]
        shift = np.zeros(used.size)
        solution = shift
        for _ in range(_NEWTON_STEPS):
            chance = _chance(odds + shift)
            weight = np.sqrt(asked * chance * (1.0 - chance) + 1e-9)
            pull = weight**2 * shift + found - asked * chance
            inner = np.eye(used.size) + weight[:, None] * prior * weight
            solution = pull - weight * np.linalg.solve(inner, weight * (prior @ pull))
            move = prior @ solution - shift
            shift = shift + np.clip(move, -_LONGEST_STEP, _LONGEST_STEP)
            if np.abs(move).max() < _SETTLED:
                break
        return np.asarray(_PRIOR[:, used] @ solution, np.float64)


def nearest_points(suspicions: NDArray[np.floating]) -> NDArray[np.uint8]:
    """The point of the curve that each suspicion, 0..1, is nearest to."""
    return np.rint((log_odds(suspicions) + ENDS) / STEP).astype(np.uint8)


def _nearest_point(suspicion: float) -> int:
    """The same for one suspicion: thousands are added, one by one, when a collection is opened."""
    safe = min(max(suspicion, 1e-9), 1.0 - 1e-9)
    odds = min(max(math.log(safe / (1.0 - safe)), -ENDS), ENDS)
    return round((odds + ENDS) / STEP)


class TrackRecords:
    """The records of all tags and sides that were answered since a ranking was made."""

    def __init__(self) -> None:
        """Begins without answers."""
        self._records: dict[tuple[int, Side], TrackRecord] = {}

    def add(self, tag_id: int, side: Side, promised: float, *, fixed: bool, times: int = 1) -> None:
        """Counts answers on a tag and side, as `TrackRecord.add` does."""
        record = self._records.setdefault((tag_id, side), TrackRecord())
        record.add(promised, fixed=fixed, times=times)

    def tags(self) -> set[int]:
        """The tags that have a record."""
        return {tag_id for tag_id, _ in self._records}

    def tests(self, tag_id: int) -> int:
        """Answers on a tag."""
        return sum(self._records[tag_id, s].tests for s in Side if (tag_id, s) in self._records)

    def ratios(self, tag_id: int) -> NDArray[np.float64] | None:
        """What promises of a tag are to be multiplied with; `None` if nothing was answered.

        Returns:
            (2, P) float64, above 0, by side and point of the curve.
        """
        records = [self._records.get((tag_id, side)) for side in Side]
        if not any(records):
            return None
        return np.stack([r.ratios if r is not None else np.ones(len(_POINTS)) for r in records])
