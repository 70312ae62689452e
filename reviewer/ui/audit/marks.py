"""What an audit estimates, as marks of a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.figures.plots import Mark

if TYPE_CHECKING:
    from reviewer.core.quality.audit import Estimate

HEADING = "Precision and recall, %: \N{BLACK CIRCLE} as corrected, \N{BLACK SQUARE} as they came"


def marks_of(found: Estimate) -> list[Mark]:
    """Precision and recall as corrected, with those of the original tags beneath."""
    return [
        Mark("precision", found.after.precision),
        Mark("precision", found.before.precision, second=True),
        Mark("recall", found.after.recall),
        Mark("recall", found.before.recall, second=True),
    ]
