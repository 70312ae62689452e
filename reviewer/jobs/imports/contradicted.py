"""Answers that the metadata agreed with, until somebody changed the metadata elsewhere.

Who takes a tag out of a caption by hand means it. An answer that says otherwise was given before
that: it still counts, but it must not quietly put the tag back at the next write-back. So the pair
is flagged, and asked again without showing what was answered. What the person took back at a site
is no news: it is not sent again (`writing.planning`), and not asked either.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from reviewer.core.types import Answer, Origin, Question, Side
from reviewer.jobs.writing.places import policy_of, reader

if TYPE_CHECKING:
    from reviewer.store.library import Library


@dataclass
class Contradicted:
    """Looks for such pairs while an import takes what changed.

    Attributes:
        pairs: (image id, tag id), in the order in which they were found.
    """

    library: Library
    pairs: list[tuple[int, int]] = field(default_factory=list)

    @cached_property
    def _answered(self) -> frozenset[int]:
        """Images that have answers."""
        return frozenset(image for image, _ in self.library.decisions.answered_since(0))

    @cached_property
    def _taken_back(self) -> frozenset[tuple[int, int]]:
        """Pairs whose answer was sent and taken back, or left as the site has it, since then."""
        library = self.library
        vocabulary = library.vocabulary()
        at: dict[tuple[int, int], int] = {}
        for place in library.destinations.all():
            read = reader(policy_of(place).style, {})
            for image_id, written in library.outbox.left_alone(place.name).items():
                for word, when in written.items():
                    tag = vocabulary.find(read(word))
                    if tag is not None:
                        at[image_id, tag.id] = max(when, at.get((image_id, tag.id), 0))
        if not at:
            return frozenset()
        live = library.decisions.live()
        return frozenset(d.pair for d in live if d.answered_at < at.get(d.pair, 0))

    def look(self, image_id: int, before: frozenset[int], now: frozenset[int]) -> None:
        """Looks at an image whose original tags changed, and flags what is to be asked again.

        Args:
            image_id: The image.
            before: Ids of its original tags as they were.
            now: As they are.

        Raises:
            StoreError: A flag could not be stored.
        """
        if before == now or image_id not in self._answered:
            return
        answers = self.library.decisions.answers(image_id)
        for tag_id in sorted(before ^ now):
            there = tag_id in now
            if (image_id, tag_id) in self._taken_back:
                continue
            if answers.get(tag_id) is (Answer.NO if there else Answer.YES):
                side = Side.WRONG if there else Side.MISSING
                question = Question(image_id, tag_id, side, 0.0, 0.5, origin=Origin.SETTLE)
                self.library.flags.put(question, time.time_ns() // 1_000_000)
                self.pairs.append((image_id, tag_id))

    def sentence(self) -> str:
        """What to say of them; empty where there are none."""
        if not self.pairs:
            return ""
        image_id, tag_id = self.pairs[0]
        name = self.library.vocabulary().name(tag_id)
        return (
            f"{len(self.pairs):,} answers agreed with the metadata when they were given and do not "
            f"any more, for example {name} of {self.library.images.get(image_id).path}: somebody "
            "changed the tags since. The answers count until they are changed; these pairs are "
            "flagged, to be asked again."
        )
