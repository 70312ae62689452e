"""What the review says when a job on its collection ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.jobs.runner import Job, JobState
from reviewer.ui.jobs.words import kept_beside

if TYPE_CHECKING:
    from reviewer.ui.main_window import MainWindow

WORSE = {"version": "v2", "parent": "v1", "promoted": 0, "worse": "mAP 0.620 to 0.601"}


def test_a_version_that_is_not_taken_into_use_is_told_of(reviewing: MainWindow) -> None:
    job = Job("Retrain", ("retrain",), state=JobState.DONE, summary=WORSE)
    reviewing._runner.ended.emit(job)
    assert reviewing.review.page.notice.text == (
        "v2 is trained, and v1 stays in use: on images that neither learnt from it does worse "
        "(mAP 0.620 to 0.601). J lists both."
    )


def test_other_jobs_say_nothing_of_versions() -> None:
    assert kept_beside({**WORSE, "promoted": 1}) == ""
    assert kept_beside({"scanned": 3}) == ""
    assert kept_beside({**WORSE, "worse": ""}).startswith("v2 is trained, and v1 stays in use. ")
