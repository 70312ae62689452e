"""Going through the questions of one kind of choice: what is next, what an answer does, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from reviewer.core.choices.choice import chosen, none_of_them, unsure
from reviewer.core.types import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reviewer.core.choices.choice import ChoiceQuestion, ChoiceRanking, Step
    from reviewer.core.ports import DecisionLog, ImageTags
    from reviewer.core.types import Answer, Decision, Question


class Steps(Protocol):
    """What stores steps and takes them back: the review session."""

    def change(
        self, answers: Sequence[tuple[Question, Answer]], elapsed_ms: int = 0
    ) -> list[Decision]:
        """Stores answers as one step.

        Raises:
            StoreError: Nothing was stored.
        """

    def undo(self) -> list[Decision]:
        """Takes the last step back; empty if there is none.

        Raises:
            StoreError: Nothing changed.
        """

    def redo(self) -> list[Decision]:
        """Stores again what the last undo took back.

        Raises:
            StoreError: Nothing changed.
        """


class ChoiceSession:
    """Asks the questions of a ranking one after the other.

    Attributes:
        original: What the metadata give an image; ratings are not among its tags, so that a kind
            of choice may know more than the table of images.
        is_open: Whether a question is still to be asked.
    """

    def __init__(
        self,
        ranking: ChoiceRanking,
        steps: Steps,
        log: DecisionLog,
        images: ImageTags,
        *,
        reviewer: str = "",
        original: Callable[[int], frozenset[int]] | None = None,
        is_open: Callable[[Sequence[int], Mapping[int, Answer]], bool] | None = None,
    ) -> None:
        """Begins with the first open question.

        Args:
            ranking: The questions.
            steps: Stores answers.
            log: Tells what was answered.
            images: Tells which images can be shown.
            reviewer: Whose answers undo takes back.
            original: What the metadata give an image; the tags of `images` if `None`.
            is_open: Whether a question is still to be asked, from its tags and the live answers
                of its image; `None` for those of whose tags nothing was said.
        """
        self.original = original or images.original_tags
        self.is_open = is_open or _nothing_said
        self._steps = steps
        self._log = log
        self._images = images
        self._reviewer = reviewer
        self._ranking = ranking
        self._place = -1
        self._again: int | None = None
        self._behind: list[int] = []
        self.next()

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def current(self) -> ChoiceQuestion | None:
        """The question on screen; `None` at the end."""
        place = self._place if self._again is None else self._again
        return self._question(place) if 0 <= place < len(self._ranking) else None

    def upcoming(self, count: int) -> list[ChoiceQuestion]:
        """The next open questions."""
        found: list[ChoiceQuestion] = []
        place = self._place if self._again is not None else self._place + 1
        while len(found) < count and place < len(self._ranking):
            if self._may_ask(place):
                found.append(self._question(place))
            place += 1
        return found

    def behind(self, count: int) -> list[ChoiceQuestion]:
        """The questions before, the last first."""
        return [self._question(place) for place in self._behind[: -count - 1 : -1]]

    @property
    def seen(self) -> tuple[int, int]:
        """How far the ranking is gone through, and how long it is."""
        place = self._place if self._again is None else self._again
        return (min(max(place, 0), len(self._ranking)), len(self._ranking))

    def answer_of(self, question: ChoiceQuestion) -> Mapping[int, Answer]:
        """The live answers of a question's image to its tags."""
        tags = {choice.tag_id for choice in question.choices} | {question.current}
        answers = self._log.answers(question.image_id)
        return {tag_id: answer for tag_id, answer in answers.items() if tag_id in tags}

    # -- answers ---------------------------------------------------------------------------------

    def choose(self, number: int, elapsed_ms: int = 0) -> list[Decision]:
        """Stores the choice of a place from 0, then moves on; empty if there is none there.

        Raises:
            StoreError: Nothing was stored; the question stays.
        """
        question = self.current
        if question is None or not 0 <= number < len(question.choices):
            return []
        return self._store(chosen(question, question.choices[number].tag_id), elapsed_ms)

    def cannot_tell(self, elapsed_ms: int = 0) -> list[Decision]:
        """Stores Can't tell, then moves on.

        Raises:
            StoreError: Nothing was stored; the question stays.
        """
        question = self.current
        return [] if question is None else self._store(unsure(question), elapsed_ms)

    def none_of_them(self, elapsed_ms: int = 0) -> list[Decision]:
        """Stores that none of the offered tags is right, then moves on.

        Raises:
            StoreError: Nothing was stored; the question stays.
        """
        question = self.current
        return [] if question is None else self._store(none_of_them(question), elapsed_ms)

    def undo(self) -> list[Decision]:
        """Takes the last choice back and shows it again, if it is the reviewer's last step.

        An answer of another kind stays: it is taken back where it was given.

        Raises:
            StoreError: Nothing changed.
        """
        last = next((d for d in self._log.recent(50) if d.reviewer == self._reviewer), None)
        if last is None or last.origin is not Origin.CHOICE or self._place_of(last) is None:
            return []
        taken = self._steps.undo()
        if taken:
            self._again = self._place_of(taken[0])
            if self._behind and self._behind[-1] == self._again:
                self._behind.pop()
        return taken

    def redo(self) -> list[Decision]:
        """Stores again what the last undo took back.

        Raises:
            StoreError: Nothing changed.
        """
        stored = self._steps.redo()
        question = self.current
        if stored and question is not None and stored[0].image_id == question.image_id:
            self.next()
        return stored

    # -- moving ----------------------------------------------------------------------------------

    def next(self) -> bool:
        """Goes to the next open question; false at the end."""
        if self._again is not None:
            self._behind.append(self._again)
            self._again = None
            if 0 <= self._place < len(self._ranking) and self._may_ask(self._place):
                return True
        elif 0 <= self._place < len(self._ranking):
            self._behind.append(self._place)
        self._place += 1
        while self._place < len(self._ranking) and not self._may_ask(self._place):
            self._place += 1
        self._place = min(self._place, len(self._ranking))
        return self._place < len(self._ranking)

    def previous(self) -> bool:
        """Goes back to the question before, answered or not; false at the beginning."""
        if not self._behind:
            return False
        self._again = self._behind.pop()
        return True

    def load(self, ranking: ChoiceRanking) -> None:
        """Takes a new ranking, and begins with its first open question."""
        self._ranking = ranking
        self._place, self._again = -1, None
        self._behind.clear()
        self.next()

    # -- inside ----------------------------------------------------------------------------------

    def _store(self, step: Step, elapsed_ms: int) -> list[Decision]:
        stored = self._steps.change(step, elapsed_ms)
        self.next()
        return stored

    def _question(self, place: int) -> ChoiceQuestion:
        return self._ranking.question(place, self.original(int(self._ranking.images[place])))

    def _may_ask(self, place: int) -> bool:
        image_id = int(self._ranking.images[place])
        said = self._log.answers(image_id)
        return self.is_open(self._ranking.tag_ids(place), said) and self._images.is_askable(
            image_id
        )

    def _place_of(self, decision: Decision) -> int | None:
        for place in reversed(self._behind):
            if int(self._ranking.images[place]) == decision.image_id:
                return place
        places = (self._ranking.images == decision.image_id).nonzero()[0]
        for place in places.tolist():
            if decision.tag_id in self._ranking.tag_ids(place):
                return int(place)
        return None


def _nothing_said(tags: Sequence[int], answers: Mapping[int, Answer]) -> bool:
    """Whether a person said nothing yet of any of a question's tags."""
    return not any(tag_id in answers for tag_id in tags)
