"""Completes what is typed to a tag: by its beginning, by its words, and past slips of the finger.

The order is that of certainty: the very name, names that begin so, names with a word that begins
so, names that hold all the words typed in any order, and names a slip or two away (restricted
Damerau-Levenshtein distance to a beginning). Inside each, what is on more images comes first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.tags.spellings import BREAKS, KEY, SharedPairs, WordStarts, letters_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

LIMIT = 12
"""Matches that are shown."""
EXAMINED = 300
"""Names whose distance is measured: those that share most letters with what was typed."""
PER_WORD = 6
"""Names examined besides for each way of exchanging or leaving out a letter."""
LEAST_FOR_SLIPS = 3
"""Letters from which on a slip is looked for."""
LONG = 6
"""Letters from which on two slips are forgiven."""
ENOUGH = 4
"""Matches as typed beside which no slip is looked for."""
ALIAS_SHARE = 0.25
"""What the use of a tag counts under another name of it: its own name is looked for first."""


class Likeness(IntEnum):
    """How a match fits what was typed, the best first."""

    NAME = 0
    BEGINNING = 1
    WORD = 2
    WORDS = 3
    SLIP = 4


@dataclass(frozen=True, slots=True)
class Match:
    """One completion.

    Attributes:
        entry: Number of the tag among the names that the completion was made with.
        alias: The other name by which it was found; empty if by its own.
        likeness: How it fits.
    """

    entry: int
    alias: str
    likeness: Likeness


class Completion:
    """Finds tags by what is typed."""

    def __init__(
        self,
        names: Sequence[str],
        counts: NDArray[np.int64],
        aliases: Sequence[tuple[str, int]] = (),
    ) -> None:
        """Makes the index; some tenths of a second for a hundred thousand names.

        Args:
            names: Of the tags, each once.
            counts: (N,) how much each is used.
            aliases: Other names, with the number of the tag.
        """
        self._names = names
        self._aliases = [alias for alias, _ in aliases]
        self._own = len(names)
        self._count = self._own + len(aliases)
        owners = np.array([entry for _, entry in aliases], np.int64)
        self._entries = np.concatenate([np.arange(self._own), owners])
        self._counts = np.asarray(counts, np.int64)[self._entries]
        letters = letters_of(itertools.chain(names, self._aliases), self._count)
        share = np.where(np.arange(self._count) < self._own, 1.0, ALIAS_SHARE)
        # Of two that are used as much, the shorter one; of two names of one tag, its own.
        lengths = np.count_nonzero(letters, axis=1)
        self._weight = (self._counts + 1) * share * 1024.0 - lengths
        # Less than one letter in common: it decides only between equals.
        self._share = (self._counts / (self._counts.max(initial=0) + 1.0)).astype(np.float32)
        self._starts = WordStarts.of(letters)
        self._pairs = SharedPairs.of(letters)

    def complete(self, typed: str, limit: int = LIMIT) -> list[Match]:
        """The best completions of what is typed, each tag once; none of nothing.

        Args:
            typed: As it was typed; underscores and spaces are the same.
            limit: Most matches.
        """
        text = plain(typed)
        if not text:
            return []
        found = _Found(self._entries, self._own, self._aliases, limit)
        rows, firsts = self._beginning(text)
        exact = self._exactly(text)
        found.add(exact, Likeness.NAME)
        found.add(self._best(rows[firsts], limit), Likeness.BEGINNING)
        found.add(self._best(rows[~firsts], limit), Likeness.WORD)
        if not found.full and " " in text:
            found.add(self._best(self._all_words(text.split()), limit), Likeness.WORDS)
        if not exact and len(found.matches) < ENOUGH and len(text) >= LEAST_FOR_SLIPS:
            found.add(self._slips(text), Likeness.SLIP)
        return found.matches

    def find(self, typed: str) -> int | None:
        """The tag of exactly that name, else of that alias; `None` if there is none."""
        matches = self.complete(typed, 1)
        if matches and matches[0].likeness is Likeness.NAME:
            return matches[0].entry
        return None

    def _plain(self, row: int) -> str:
        """A name or alias as it is compared."""
        return plain(self._names[row] if row < self._own else self._aliases[row - self._own])

    def _exactly(self, text: str) -> list[int]:
        """Names that are what was typed, tags' own names first."""
        span = self._starts.range_of(text.encode(), whole=True)
        rows = self._starts.names[span][self._starts.first[span]]
        return [row for row in sorted(rows.tolist()) if self._plain(row) == text]

    def _beginning(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Names with a word that begins so, and whether it is the first."""
        typed = text.encode()
        span = self._starts.range_of(typed)
        rows, firsts = self._starts.names[span], self._starts.first[span]
        if len(typed) > KEY:
            places = self._starts.places[span].tolist()
            pairs = zip(rows.tolist(), places, strict=True)
            fits = [self._plain(row).encode()[place:].startswith(typed) for row, place in pairs]
            rows, firsts = rows[fits], firsts[fits]
        return rows, firsts

    def _best(self, rows: NDArray[np.int32], limit: int) -> list[int]:
        """The most used among names; twice as many as asked for, as some may be of one tag."""
        most = 2 * limit
        if len(rows) > most:
            rows = rows[np.argpartition(-self._weight[rows], most)[:most]]
        return sorted(rows.tolist(), key=lambda row: -self._weight[row])

    def _all_words(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Names that hold a beginning of every word."""
        spans = {word: self._starts.range_of(word.encode()) for word in words}
        # The rarest word first: the others are then looked for in few names.
        rarest, *others = sorted(spans, key=lambda word: spans[word].stop - spans[word].start)
        rows = np.unique(self._starts.names[spans[rarest]])
        for word in others:
            if len(rows) > EXAMINED:
                rows = np.intersect1d(rows, self._starts.names[spans[word]])
            else:
                fits = [holds_word(self._plain(row), word) for row in rows.tolist()]
                rows = rows[np.array(fits, bool)]
        return rows

    def _slips(self, text: str) -> list[int]:
        """Names that begin, or have a word that begins, nearly so."""
        shared, most = self._pairs.shared(text.encode())
        allowed = 2 if len(text) >= LONG else 1
        # A slip spoils three pairs of letters at most.
        rows = np.flatnonzero(shared >= max(most - 3 * allowed, 1))
        if len(rows) > EXAMINED:
            # Among names that share as many letters those that are used more.
            merit = shared[rows] + self._share[rows]
            rows = rows[np.argpartition(merit, -EXAMINED)[-EXAMINED:]]
        examined = set(rows.tolist())
        # A short word with two letters exchanged shares hardly a pair with the right one.
        for word in slipped(text):
            span = self._starts.range_of(word.encode())
            examined.update(self._best(self._starts.names[span], PER_WORD))
        return self._near(text, sorted(examined), allowed)

    def _near(self, text: str, rows: Sequence[int], allowed: int) -> list[int]:
        """Those of some names that are no more than so many slips away, the nearest first.

        Fingers rarely slip at the first letter: of names as near, those that keep it come first.
        """
        # The window starts without it: nobody has slipped yet.
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - see above
        from rapidfuzz.process import cdist  # noqa: PLC0415

        lengths = range(max(len(text) - allowed, 1), len(text) + allowed + 1)
        owned = [(row, part) for row in rows for part in beginnings(self._plain(row), lengths)]
        distances = cdist(
            [text],
            [part for _, part in owned],
            scorer=OSA.distance,
            score_cutoff=allowed,
            dtype=np.uint8,
        )[0]
        best: dict[int, tuple[int, bool]] = {}
        for (row, part), distance in zip(owned, distances.tolist(), strict=True):
            if distance <= allowed:
                found = (distance, part[:1] != text[:1])
                best[row] = min(best.get(row, found), found)
        return sorted(best, key=lambda row: (best[row], -self._weight[row], row))


class _Found:
    """Matches so far, each tag once."""

    def __init__(
        self, entries: NDArray[np.int64], own: int, aliases: Sequence[str], limit: int
    ) -> None:
        self.matches: list[Match] = []
        self._entries = entries
        self._own = own
        self._aliases = aliases
        self._limit = limit
        self._seen: set[int] = set()

    @property
    def full(self) -> bool:
        return len(self.matches) >= self._limit

    def add(self, rows: Iterable[int], likeness: Likeness) -> None:
        for row in rows:
            if self.full:
                return
            entry = int(self._entries[row])
            if entry not in self._seen:
                self._seen.add(entry)
                alias = self._aliases[row - self._own] if row >= self._own else ""
                self.matches.append(Match(entry, alias, likeness))


def slipped(text: str) -> set[str]:
    """What was meant, if two neighbouring letters were exchanged or one was typed too much."""
    exchanged = {
        text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)
    }
    return exchanged | {text[:at] + text[at + 1 :] for at in range(len(text))}


def holds_word(name: str, beginning: str) -> bool:
    """Whether a word of a name begins so."""
    at = name.find(beginning)
    while at > 0 and name[at - 1] not in BREAKS:
        at = name.find(beginning, at + 1)
    return at >= 0


def beginnings(name: str, lengths: range) -> list[str]:
    """The beginnings of a name and of each of its words, of some lengths, as far as it goes."""
    starts = [0, *(at + 1 for at, letter in enumerate(name) if letter == " ")]
    return [
        name[start : start + length]
        for start in starts
        for length in lengths
        if length == lengths.start or start + length <= len(name)
    ]
