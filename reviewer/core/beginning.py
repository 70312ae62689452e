"""What a collection is begun with beside its folder: the format, tags from a server, a tagger."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is wanted when a collection is begun.

    Attributes:
        source: Format of the tags; empty for the one chosen before, or the one that fits.
        server: Name of a destination whose tags are taken; empty for none.
        tagger: Folder of a tagger to use in place of one that is trained here; empty for none.
    """

    source: str = ""
    server: str = ""
    tagger: str = ""

    def options(self) -> tuple[str, ...]:
        """The same for the command `open`."""
        named = (("--source", self.source), ("--pull", self.server), ("--tagger", self.tagger))
        return tuple(word for name, value in named if value for word in (name, value))
