"""What jobs did, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.words import duration

if TYPE_CHECKING:
    from collections.abc import Mapping

BEFORE, AFTER = " before", " after"


def outcome(job: Job) -> str:
    """How a job stands or how it ended, in one sentence."""
    took = duration(job.seconds)
    match job.state:
        case JobState.WAITING:
            return "waits for its turn"
        case JobState.RUNNING:
            return f"running for {took}"
        case JobState.DONE:
            facts = [*changes(job.summary), *plain_facts(job.summary)]
            return f"done in {took}" + (f": {', '.join(facts)}" if facts else "")
        case JobState.CANCELLED:
            return f"stopped after {took}; it goes on from there when started again"
        case JobState.CUT_OFF:
            return "was cut off when its window or the machine stopped; it goes on from there"
        case JobState.FAILED:
            return f"failed after {took}: {job.message}"


def kept_beside(summary: Mapping[str, object]) -> str:
    """What to say of a version that was trained and not taken into use; empty of other jobs."""
    if summary.get("promoted") != 0:
        return ""
    version, parent, worse = (summary.get(key, "") for key in ("version", "parent", "worse"))
    why = f": on images that neither learnt from it does worse ({worse})" if worse else ""
    return f"{version} is trained, and {parent} stays in use{why}. {{jobs}} lists both."


def changes(summary: Mapping[str, object]) -> list[str]:
    """Figures that a job measured before and after ("mAP 0.612 to 0.655, +0.043")."""
    said = []
    for key, after in summary.items():
        name = key.removesuffix(AFTER)
        before = summary.get(name + BEFORE)
        if name != key and isinstance(before, float) and isinstance(after, float):
            said.append(f"{name} {before:.3f} to {after:.3f} ({after - before:+.3f})")
    return said


def plain_facts(summary: Mapping[str, object]) -> list[str]:
    """Everything else that a job reported."""
    return [
        f"{key.replace('_', ' ')} {_figure(value)}"
        for key, value in summary.items()
        if not key.endswith((BEFORE, AFTER))
        and isinstance(value, (int, float, str))
        and value != ""
    ]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
