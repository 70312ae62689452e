"""A review of the sample by one who knows the truth: what it finds, what the next version gains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.cli.learn import comparison_lines
from reviewer.cli.training import train_choices
from reviewer.core.errors import UsageError
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.pipeline import refresh_and_rank
from reviewer.jobs.simulating import TruthFigures, against_truth, curve_lines, simulate
from reviewer.sample.write import read_truth
from reviewer.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.cli.listeners import Output
    from reviewer.store.library import Library


def simulated_review(library: Library, output: Output, folder: Path, answers: int) -> None:
    """Answers from the truth, then retrains; prints the curve and the figures."""
    truth = read_truth(folder)
    active = library.versions.active()
    if active is None:
        raise UsageError("There is no version to begin with. Run: reviewer demo --no-window")
    curve = simulate(
        library,
        output,
        truth,
        answers,
        refresh_every=load().refresh_every,
        on_refresh=lambda: _refresh(library, output),
    )
    output.table([f"{curve.planted:,} errors were planted.", *curve_lines(curve)])
    before = against_truth(library, output, truth, active.name)
    changes, comparison = retrain(
        library, output, train_choices(library, {"minimum": None}), Promotion.AUTO
    )
    after = against_truth(library, output, truth, str(changes.summary["version"]))
    output.table([*comparison_lines(comparison), "", *_truth_lines(before, after)])
    figures: dict[str, int | float | str] = {
        "answers": curve.answers[-1],
        "errors_found": curve.found[-1],
        "errors_planted": curve.planted,
    }
    output.done(figures)


def _refresh(library: Library, output: Output) -> None:
    refresh_and_rank(library, output, minimum=images_needed(library))


def _truth_lines(before: TruthFigures, after: TruthFigures) -> list[str]:
    lines = [
        f"Against the truth, on {before.images:,} images that no version was trained on:",
        f"{'':<18}{before.version:>9}{after.version:>9}{'change':>9}",
    ]
    for (name, old), (_, new) in zip(before.rows, after.rows, strict=True):
        lines.append(f"{name:<18}{old:>9.3f}{new:>9.3f}{new - old:>+9.3f}")
    return lines
