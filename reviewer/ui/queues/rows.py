"""The rows of the queue list, each made when it is looked at: a large tagger has thousands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, overload

from reviewer.core.types import Category

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class RowKind(StrEnum):
    """What a row stands for: the mode of the same value."""

    BEST = "best"
    FLAGGED = "flagged"
    DISAGREEMENTS = "disagreements"
    AUDIT = "audit"
    IMPLIED = "implied"
    KEPT_OUT = "kept out"
    UNSURE = "unsure"
    DOUBTED = "doubted"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One row of the list.

    Attributes:
        key: The tag's id for a tag; -1 for best, -2 for flagged, -3 for disagreements, -4 for the
            audit's sample, -5 for implied tags, -6 for images kept out of training, -7 for what
            nobody could tell, -8 for answers that look wrong.
        detail: The second line.
        current: Whether the question on screen comes from it.
    """

    kind: RowKind
    key: int
    text: str
    detail: str
    category: Category = Category.GENERAL
    current: bool = False


class QueueRows(Sequence[QueueRow]):
    """Rows in an order.

    Attributes:
        keys: Of the rows.
    """

    def __init__(
        self,
        keys: Sequence[int],
        names: Mapping[int, str],
        make: Callable[[int], QueueRow],
        current: Callable[[], int],
    ) -> None:
        """Makes none of the rows yet.

        Args:
            keys: Of the rows, in order.
            names: By key, what the picker looks in, lower case.
            make: Makes the row of a key as it is now.
            current: Gives the key of the row that the question on screen comes from.
        """
        self.keys = list(keys)
        self._current = current
        self._names = names
        self._make = make

    @classmethod
    def none(cls) -> QueueRows:
        """No rows at all."""
        return cls((), {}, _missing, int)

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> QueueRow: ...

    @overload
    def __getitem__(self, at: slice) -> list[QueueRow]: ...

    def __getitem__(self, at: int | slice) -> QueueRow | list[QueueRow]:
        if isinstance(at, slice):
            return [self._make(key) for key in self.keys[at]]
        return self._make(self.keys[at])

    def narrowed(self, needle: str, meant: Sequence[int] = ()) -> QueueRows:
        """Those whose names hold a text, those that begin with it first.

        Args:
            needle: The text, lower case.
            meant: Keys of rows that are meant by it whatever their name, the likeliest first.
        """
        names = self._names
        hits = [key for key in self.keys if needle in names[key]]
        wanted = frozenset(meant)
        late = [key for key in hits if not names[key].startswith(needle) and key not in wanted]
        later = wanted.union(late)
        soon = [key for key in hits if key not in later]
        there = wanted.intersection(self.keys) if wanted else wanted
        first = [key for key in meant if key in there]
        return QueueRows([*first, *soon, *late], names, self._make, self._current)

    def current_place(self) -> int:
        """Where the question on screen comes from; -1 if that is not among them."""
        key = self._current()
        return self.keys.index(key) if key in self.keys else -1


def _missing(key: int) -> QueueRow:
    raise KeyError(key)
