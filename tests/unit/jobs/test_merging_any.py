"""Whatever two people do in their copies, exchanging logs makes the labels equal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reviewer.core.types import Answer, Origin
from reviewer.jobs.context import Silent
from reviewer.jobs.exports.log import write_log
from reviewer.jobs.merging import merge_log
from tests.unit.jobs.reviewed import Hand, collection, labels

if TYPE_CHECKING:
    from reviewer.store.library import Library

STEPS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["ann", "ben"]),
        st.sampled_from(["say", "say", "settle", "copy", "undo", "exchange"]),
        st.integers(1, 2),
        st.sampled_from(list(Answer)),
    ),
    max_size=10,
)
ORIGINS = {"say": Origin.QUEUE, "settle": Origin.SETTLE, "copy": Origin.COPY}


def exchange(copies: tuple[Library, Library], place: Path) -> None:
    for number, (mine, theirs) in enumerate((copies, copies[::-1])):
        write_log(theirs, place, Silent())
        (place / "log.jsonl").replace(place / f"{number}.jsonl")
        if (place / f"{number}.jsonl").stat().st_size:
            merge_log(mine, place / f"{number}.jsonl", Silent())


def live_rows(library: Library) -> set[tuple[object, ...]]:
    """Every live answer, however it is numbered."""
    undone = {row.undoes for row in library.decisions.log() if row.undoes is not None}
    return {
        (row.pair, row.answer, row.reviewer, row.answered_at, row.origin)
        for row in library.decisions.log()
        if row.undoes is None and row.id not in undone
    }


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # To make an example smaller takes minutes: each opens two collections.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(STEPS)
def test_exchanged_logs_make_labels_equal(
    steps: list[tuple[int, str, str, int, Answer]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with collection(place / "a", 2) as here, collection(place / "b", 2) as there:
            copies = (here, there)
            for number, (which, who, what, image_id, answer) in enumerate(steps):
                # Each copy has one reviewer who works there, or another name on the same day.
                if what == "exchange":
                    exchange(copies, place)
                elif what == "undo":
                    copies[which].decisions.undo_last(who)
                else:
                    hand = Hand(copies[which], who, 1_700_000_000_000 + 10_000 * number)
                    hand.says(image_id, answer, origin=ORIGINS[what])
            exchange(copies, place)
            assert live_rows(here) == live_rows(there)
            assert labels(here) == labels(there)
            before = here.decisions.last_id(), there.decisions.last_id()
            exchange(copies, place)
            assert (here.decisions.last_id(), there.decisions.last_id()) == before
