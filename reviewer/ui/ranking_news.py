"""What a new ranking changes in what is promised, in one sentence for who reviews meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.ui.words import promise

ALIKE = 0.02
"""Promises that differ by less than this share of the larger are called the same."""


@dataclass(frozen=True, slots=True)
class Promised:
    """What a ranking promises of all its questions together.

    Attributes:
        version: Of the tagger that ranks; empty where the questions come from the tags alone.
        questions: Pairs it asks about.
        errors: Expected fixes among those that are left.
        proven: Whether that rests on answers.
        decided: Id of the last decision that it knew of.
        doubted: Answers that look wrong.
    """

    version: str
    questions: int
    errors: float
    proven: bool
    decided: int
    doubted: int = 0

    @property
    def words(self) -> str:
        """The expected errors, with the sign that tells how sure they are."""
        return promise(self.errors, "errors", proven=self.proven)


def ranking_news(before: Promised, after: Promised) -> str:
    """What changed, why the expected errors differ, and whether more answers look wrong.

    Args:
        before: What the ranking promised that was in use.
        after: What the one promises that takes its place.
    """
    if after.doubted <= before.doubted:
        return _errors_news(before, after)
    few = "answer looks" if after.doubted == 1 else "answers look"
    return f"{_errors_news(before, after)} {after.doubted:,} {few} wrong: a queue asks them again."


def _errors_news(before: Promised, after: Promised) -> str:
    if not before.questions:
        return f"The questions are ranked: {after.words}."
    if not before.version and after.version:
        return (
            f"The tagger {after.version} has looked, and the questions are ranked anew: "
            f"{after.words} among {after.questions:,} pairs; by the tags alone {before.words} "
            f"among {before.questions:,}."
        )
    if before.version != after.version and after.version:
        why = f"The questions are ranked anew by {after.version}"
    elif before.decided != after.decided:
        why = "The questions are ranked anew, with your answers"
    else:
        why = "The questions are ranked anew"
    if abs(after.errors - before.errors) <= ALIKE * max(after.errors, before.errors):
        return f"{why}; as many errors are expected as before."
    return f"{why}: {after.words} now, {before.words} before."
