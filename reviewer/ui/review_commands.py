"""What the commands do: those that write in one class, those that only look in another."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from reviewer.core.commands import ARROWS
from reviewer.core.errors import StoreError
from reviewer.core.review.advice import best_other
from reviewer.core.review.feed import Mode
from reviewer.core.types import Answer, Side
from reviewer.ui.command_group import CommandGroup
from reviewer.ui.pictures.view import STEP
from reviewer.ui.queues.panel import SIDES
from reviewer.ui.queues.rows import RowKind
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reviewer.core.types import Decision
    from reviewer.store.decisions import FlagTable
    from reviewer.ui.command_group import ReviewParts
    from reviewer.ui.queues.rows import QueueRow
    from reviewer.ui.surroundings import Surroundings


NOW_ASKED = {
    None: "Tags that may be missing and tags that may be wrong are asked about now.",
    Side.MISSING: "Only tags that may be missing are asked about now.",
    Side.WRONG: "Only tags that may be wrong are asked about now.",
}
"""What is said when a key changed which side is asked about."""


PANNED = ((-0.25, 0.0), (0.25, 0.0), (0.0, -0.25), (0.0, 0.25))
"""How far each of the arrows moves a zoomed picture, in shares of the view."""


class AnswerCommands(CommandGroup):
    """Commands that write to the log.

    Attributes:
        answered: Emitted with the id of a stored answer.
    """

    answered = Signal(int)

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on."""
        super().__init__(parts)

    def handlers(self) -> dict[str, Callable[[], None]]:
        """The commands by id."""
        return {
            "answer.yes": partial(self._answer, Answer.YES),
            "answer.no": partial(self._answer, Answer.NO),
            "answer.unsure": partial(self._answer, Answer.UNSURE),
            "undo": self._undo,
            "redo": self._redo,
            "flag": self._flag,
            "saved": self._around.tell_saved,
        }

    def _answer(self, answer: Answer) -> None:
        """Stores an answer, if its question's picture has been seen."""
        pressed = self._showing.latency.now()
        question = self._session.current
        if question is None or not self._showing.ready:
            return
        was_flagged = question.pair in self._session.feed.flagged
        try:
            stored = self._session.answer(answer, self._showing.elapsed_ms)
        except StoreError as error:
            self._around.not_saved(error)
            return
        self._around.stored(stored, 1)
        self._showing.show(pressed)
        if was_flagged:
            forget_flags(self._library.flags, self._around, [question.pair])
        self.answered.emit(stored[-1].id)

    def _undo(self) -> None:
        pressed = self._showing.latency.now()
        try:
            taken = self._session.undo()
        except StoreError as error:
            self._around.not_saved(error)
            return
        if taken:
            self._around.stored(taken, -1)
            self._showing.show(pressed)
            if not any(decision.origin.asked for decision in taken):
                # Nothing moves then: without a word one would not know what happened.
                count = f"{len(taken)} answers on " if len(taken) > 1 else ""
                self._page.notice.say(f"Taken back: {count}{self._names(taken)}.")
        else:
            self._page.notice.say("There is no answer of yours to take back.")

    def _names(self, decisions: Sequence[Decision]) -> str:
        names = [self._session.vocabulary.name(decision.tag_id) for decision in decisions]
        shown = [shown_name(name) for name in dict.fromkeys(names)]
        return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")

    def _redo(self) -> None:
        pressed = self._showing.latency.now()
        try:
            again = self._session.redo()
        except StoreError as error:
            self._around.not_saved(error)
            return
        if again:
            self._around.stored(again, 1)
            self._showing.show(pressed)
        else:
            self._page.notice.say("There is nothing to answer again.")

    def _flag(self) -> None:
        pressed = self._showing.latency.now()
        question = self._session.current
        if question is None:
            return
        try:
            if question.pair in self._session.feed.flagged:
                self._library.flags.remove(question.pair)
            else:
                self._library.flags.put(question, int(time.time() * 1000))
        except StoreError as error:
            self._around.not_saved(error)
            return
        flagged = self._session.flag()
        self._around.touch(question.tag_id)
        name = shown_name(self._session.vocabulary.name(question.tag_id))
        self._page.notice.say(
            f"Flagged for later: {name}." if flagged else f"No longer flagged: {name}."
        )
        self._showing.show(pressed)


class LookCommands(CommandGroup):
    """Commands that change what is shown and nothing else."""

    def __init__(self, parts: ReviewParts) -> None:
        """Takes what the commands act on, and listens to the panels."""
        super().__init__(parts)
        self._page.queues.chosen.connect(self._choose)
        self._page.queues.side_chosen.connect(self._choose_side)
        self._page.answers.reopened.connect(self.reopen)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """The commands by id; "pan" is told the place of its key, from 0."""
        view = self._page.view
        return {
            "next": partial(self._turn, 1),
            "previous": partial(self._turn, -1),
            "queue.next": partial(self._step_queue, 1),
            "queue.previous": partial(self._step_queue, -1),
            "queue.best": self._leave_for_best,
            "queue.side": self._turn_side,
            "queue.pick": self._pick,
            "zoom.toggle": view.toggle_zoom,
            "zoom.in": partial(view.zoom_by, STEP),
            "zoom.out": partial(view.zoom_by, 1 / STEP),
            "pan": self._pan,
            "look.full": partial(view.hold_full, True),
            "panels": self._toggle_panels,
            "keys": self._page.overlay.toggle,
        }

    def _turn(self, direction: int) -> None:
        pressed = self._showing.latency.now()
        if direction > 0:
            if self._session.current is None:
                self._go_on()
                return
            self._session.next()
        elif not self._session.previous():
            return
        self._showing.show(pressed)

    def _go_on(self) -> None:
        """Leaves a queue that has ended, for the next one; a list that has, for the best queue."""
        mode = self._session.feed.mode
        if mode is Mode.TAG:
            self._step_queue(1)
        elif mode is not Mode.BEST:
            pressed = self._showing.latency.now()
            self._session.enter(Mode.BEST)
            self._showing.show(pressed)

    def _step_queue(self, direction: int) -> None:
        pressed = self._showing.latency.now()
        tag_id = self._session.feed.neighbour_tag(direction)
        if tag_id is not None:
            self._session.enter(Mode.TAG, tag_id)
            self._showing.show(pressed)

    def _leave_for_best(self) -> None:
        """Goes to the queue that promises most beside the one in front of the reviewer."""
        pressed = self._showing.latency.now()
        feed = self._session.feed
        tag_id = best_other(feed.book, feed.tag_id)
        if tag_id is None:
            self._page.notice.say("There is no other queue with questions.")
            return
        self._session.enter(Mode.TAG, tag_id)
        self._showing.show(pressed)

    def _pick(self) -> None:
        if not self._page.side_panels:
            self._page.show_side_panels(True)
        self._page.queues.start_picking()

    def _choose(self, row: QueueRow) -> None:
        pressed = self._showing.latency.now()
        self._session.enter(Mode(row.kind), row.key if row.kind is RowKind.TAG else None)
        self._showing.show(pressed)

    def _turn_side(self) -> None:
        """Goes on to the next of both sides, the missing tags and the wrong tags."""
        order = [side for _, side, _ in SIDES]
        place = (order.index(self._session.feed.side) + 1) % len(order)
        self._page.queues.show_side(order[place])
        self._choose_side(order[place])
        self._page.notice.say(NOW_ASKED[order[place]])

    def _choose_side(self, side: Side | None) -> None:
        self._session.choose_side(side)
        self._around.rebuild_soon()
        self._showing.show()

    def reopen(self, decision: Decision) -> None:
        """Shows an answered question again."""
        pressed = self._showing.latency.now()
        self._session.reopen(decision)
        self._showing.show(pressed)

    def _pan(self, place: int) -> None:
        """Moves a zoomed picture; one that is fitted has nowhere to go: the arrow is itself."""
        view = self._page.view
        if view.zoomed:
            view.port.step(*PANNED[place])
            view.update()
        else:
            self._page.press(ARROWS[place])

    def _toggle_panels(self) -> None:
        self._page.show_side_panels(not self._page.side_panels)


def forget_flags(flags: FlagTable, around: Surroundings, pairs: Iterable[tuple[int, int]]) -> None:
    """Takes the flags of answered questions away, and says so if that cannot be stored."""
    try:
        for pair in pairs:
            flags.remove(pair)
    except StoreError as error:
        around.not_saved(error)
