"""What a collection of new images is to be asked, and where that is known from: one JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from reviewer.core.proposals import Floor
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Proposed:
    """The tags that may be proposed to a collection.

    Attributes:
        version: Its own copy of the tagger that scored the images.
        source: Workspace of the collection that the floors were found on.
        source_version: What the tagger is called there.
        level: Precision that was asked for.
        floors: Of the tags.
    """

    version: str
    source: str
    source_version: str
    level: float
    floors: tuple[Floor, ...]


class ProposalFile:
    """Keeps what is to be proposed; a collection without the file has ordinary questions."""

    def __init__(self, path: Path) -> None:
        """Reads and writes `path`."""
        self._path = path

    def load(self) -> Proposed | None:
        """What is kept; `None` if nothing is."""
        try:
            held = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        floors = tuple(
            Floor(**{**floor, "steps": tuple((a, b) for a, b in floor["steps"])})
            for floor in held.pop("floors")
        )
        return Proposed(**held, floors=floors)

    def save(self, proposed: Proposed) -> None:
        """Replaces what is kept.

        Raises:
            StoreError: It cannot be written; what was kept stays.
        """
        write_whole(self._path, json.dumps(asdict(proposed)))
