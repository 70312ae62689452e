"""The window's side of accepting the rest of a queue: offers it, asks the sample, stores it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.core.review.acceptance import EVERY_TAG, Acceptance, Verdict
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Origin
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.widgets.notice_bar import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.core.review.acceptance import Offer, Sample
    from reviewer.core.types import Decision, Question, Side
    from reviewer.settings import Settings
    from reviewer.ui.command_group import ReviewParts

ASIDE = "rest"


class Accepting(CommandGroup):
    """Listens to the answers, and carries out "accept the rest"."""

    def __init__(self, parts: ReviewParts, settings: Settings) -> None:
        """Takes what it acts on; the settings say when to offer and what to promise."""
        super().__init__(parts)
        self._after = settings.accept_after
        self._precision = settings.accept_precision
        self._acceptance = Acceptance(
            self._session.feed,
            after=settings.accept_after,
            precision=settings.accept_precision,
            rng=random.Random(),
        )
        self._place: tuple[Mode, int | None, Side | None] | None = None
        self._offered: tuple[int, Side] | None = None
        self._around.step_stored.connect(self._hear)
        self._showing.shown.connect(self._follow)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {"accept.rest": self._begin}

    # -- the offer -------------------------------------------------------------------------------

    def _hear(self, decisions: Sequence[Decision], times: int) -> None:
        """Takes in a step that was stored or taken back."""
        if times < 0:
            self._acceptance.taken_back(decisions)
            return
        sample = self._acceptance.sample
        verdict = self._acceptance.taken(decisions)
        if verdict is Verdict.FAILED:
            self._page.notice.say(
                "The sample has an answer other than Yes: nothing was accepted. "
                "Your own answers stay.",
                Kind.WARNING,
            )
        elif verdict is Verdict.PASSED and sample is not None:
            self._store(sample)

    def _begin(self) -> None:
        """Draws the sample; its questions come next."""
        session = self._session
        sample = self._acceptance.sample
        if sample is not None:
            if sample.pending:
                self._page.notice.say("The sample is being asked already.")
            else:
                self._store(sample)
            return
        drawn = self._acceptance.begin(session.current)
        if not drawn:
            self._page.notice.say(
                f"There is nothing to accept now: it is offered after {self._after} Yes in a row, "
                "where enough is left that scores no less than they did."
                if self._after
                else "Accepting the rest is turned off in the settings."
            )
            return
        self._place = self._here()
        self._serve(drawn)
        self._page.notice.say(
            f"After this question come {len(drawn)} of the rest, drawn at random. "
            "One answer other than Yes withdraws it all."
        )
        self._follow()
        self._showing.prefetch()

    # -- the sample ------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Keeps the sample next in line, and says how far it is."""
        sample = self._acceptance.sample
        if sample is not None and (
            self._session.pages.current is not None or self._here() != self._place
        ):
            self._acceptance.drop()
            self._page.notice.say("The sample was left: nothing was accepted.")
        elif sample is not None:
            self._serve(sample.pending)
        self._tell()

    def _serve(self, pending: Sequence[Question]) -> None:
        """Puts what is left of the sample first in line."""
        shown = self._session.current
        waiting = [q for q in pending if shown is None or q.pair != shown.pair]
        coming = self._session.upcoming(1)
        if not waiting or (coming and coming[0].pair == waiting[0].pair):
            return
        if coming and coming[0].origin is Origin.CONTROL:
            return
        for question in reversed(waiting):
            self._session.feed.put_back(question)

    def _tell(self) -> None:
        """Writes the offer, or how far the sample is, below the question."""
        bar, offer, sample = (
            self._page.question_bar,
            self._acceptance.offer,
            self._acceptance.sample,
        )
        question = self._session.current
        if sample is not None:
            bar.say_aside(ASIDE, f"Sample: {sample.answered} of {sample.size}")
        elif offer is not None and question is not None and self._is_about(offer, question):
            offered = f"{{accept.rest}}: accept the rest ({offer.rest})"
            bar.say_aside(ASIDE, self._page.naming_keys(offered))
            if self._offered != (offer.tag_id, offer.side):
                self._offered = (offer.tag_id, offer.side)
                words = self._page.naming_keys(_offer_words(offer, self._after))
                self._page.notice.say(words, Kind.WARNING)
        else:
            bar.say_aside(ASIDE, "")

    def _is_about(self, offer: Offer, question: Question) -> bool:
        """Whether the offer is of the questions that are asked now."""
        if offer.tag_id == EVERY_TAG:
            return self._session.feed.mode is Mode.IMPLIED
        return question.tag_id == offer.tag_id

    # -- the batch -------------------------------------------------------------------------------

    def _store(self, sample: Sample) -> None:
        """Stores the batch as one step."""
        session = self._session
        batch = [(q, Answer.YES) for q in sample.others if session.feed.may_ask(q)]
        if not batch:
            self._acceptance.drop()
            return
        try:
            stored = session.change(batch)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._acceptance.drop()
        self._around.stored(stored, 1)
        self._page.notice.say(
            f"Accepted: {len(stored)} answers as one step. All {sample.size} of the sample were "
            f"Yes, so at least {self._precision:.0%} of them should be (19 times in 20). "
            "Undo takes them back.",
            Kind.WARNING,
        )
        shown = session.current
        if shown is not None and any(d.pair == shown.pair for d in stored):
            session.next()

    def _here(self) -> tuple[Mode, int | None, Side | None]:
        feed = self._session.feed
        return feed.mode, feed.tag_id if feed.mode is Mode.TAG else None, feed.side


def _offer_words(offer: Offer, after: int) -> str:
    """What an offer means, with the id of its command in braces for its key."""
    if offer.tag_id == EVERY_TAG:
        return (
            f"{after} Yes in a row. {{accept.rest}} accepts the {offer.rest} implied tags, of "
            f"whichever name, that are as sure, once you answered {offer.sample} of them, drawn "
            "at random."
        )
    return (
        f"{after} Yes in a row. {{accept.rest}} accepts the {offer.rest} left that score no less, "
        f"once you answered {offer.sample} of them, drawn at random."
    )
