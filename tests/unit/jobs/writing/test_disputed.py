"""What reviewers disagree about leaves for no site before it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.review.disagreement import Standing
from reviewer.core.types import Answer
from reviewer.jobs.writing.planning import DISPUTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.jobs.writing.conftest import Bench


def test_an_open_disagreement_is_not_sent_and_a_settled_one_is(
    bench: Callable[..., Bench],
) -> None:
    at = bench("szurubooru", dict.fromkeys((1, 2), "1girl blue_hair"))
    at.answer(1, "aqua_hair", Answer.YES)
    at.answer(2, "aqua_hair", Answer.YES)
    at.answer(1, "aqua_hair", Answer.NO, reviewer="ann", answered_at=1_700_000_900_000)
    plan = at.plan()
    assert [edit.path for edit in plan.edits] == [at.image(2)]
    assert [(entry.path, entry.tag, entry.reason) for entry in plan.skipped] == [
        (at.image(1), "aqua_hair", DISPUTED)
    ]
    at.library.reviewers.keep({"me": Standing(trusted=True)})
    assert [edit.path for edit in at.plan().edits] == [at.image(1), at.image(2)]
