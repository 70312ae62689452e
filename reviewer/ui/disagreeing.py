"""What the others said of a question, told once it was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from reviewer.core.review.feed import Mode
from reviewer.core.types import Origin
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reviewer.core.review.disagreement import Given, State
    from reviewer.core.types import Decision
    from reviewer.ui.command_group import ReviewParts

POLL_MS = 4000
"""How often a merged log is looked for."""
SEVERAL = 3
"""More answers of one step than this are only counted."""


class Disagreeing(CommandGroup):
    """Tells after a second look who had said what, and what counts."""

    def __init__(self, parts: ReviewParts) -> None:
        """Listens to the steps that are stored."""
        super().__init__(parts)
        self._notice = parts.page.notice
        self._merged = parts.library.merges.last_step()
        self._poll = QTimer(self, interval=POLL_MS)
        self._poll.timeout.connect(self.look)
        self._poll.start()
        parts.around.step_stored.connect(self._stored)

    def close(self) -> None:
        """Stops looking for merged logs."""
        self._poll.stop()

    def look(self) -> None:
        """Takes in what a log that was merged meanwhile, or taken back, leaves to settle."""
        merged = self._library.merges.last_step()
        if merged == self._merged:
            return
        self._merged = merged
        session = self._session
        left = self._library.reviewers.to_settle(session.reviewer)
        session.feed.lists.put(Mode.DISAGREEMENTS, left)
        not_told = self._library.reviewers.not_told(session.reviewer)
        session.feed.lists.put(Mode.UNSURE, not_told)
        session.feed.book.counts = self._library.decisions.counts_by_tag()
        session.reload(session.feed.book.ranking)
        self._around.rebuild()
        self._notice.say(
            f"The log of others changed: {len(left):,} disagreements are left for you to settle."
        )

    def _stored(self, decisions: Sequence[Decision], times: int) -> None:
        settled = [entry for entry in decisions if entry.origin is Origin.SETTLE]
        if times < 0 or not settled:
            return
        if len(settled) > SEVERAL:
            self._notice.say(f"{len(settled)} answers were looked at again.")
            return
        self._notice.say("  ".join(self._sentence(entry) for entry in settled))

    def _sentence(self, decision: Decision) -> str:
        reviewers = self._library.reviewers
        name = shown_name(self._session.vocabulary.name(decision.tag_id))
        given = [entry for entry in reviewers.told(decision.pair) if entry.id != decision.id]
        counts = self._library.decisions.answers(decision.image_id).get(decision.tag_id)
        word = "nothing" if counts is None else counts.word
        return told(name, decision, given, reviewers.state_of(decision.pair), word)


def told(
    name: str, decision: Decision, given: Iterable[Given], state: State | None, counts: str
) -> str:
    """Who said what of a pair, in a sentence.

    Args:
        name: Of the tag.
        decision: The answer just given.
        given: Those before, oldest first.
        state: How far the disagreement is now; `None` where nobody disagrees any more.
        counts: The answer that counts, in a word.
    """
    mine = decision.reviewer
    given = list(given)
    if given and {entry.reviewer for entry in given} == {mine}:
        again = given[-1].answer is decision.answer
        had = "as before" if again else f"you had said {given[-1].answer.word}"
        return f"{name}: {decision.answer.word}, {had}."
    before = ", ".join(
        f"{'you' if entry.reviewer == mine else entry.reviewer or 'someone'} {entry.answer.word}"
        for entry in given
    )
    still = "still open, until then" if state is not None and state.value == "open" else "settled:"
    return f"{name}: {before}; now you {decision.answer.word}. It is {still} {counts}."
