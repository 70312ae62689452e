"""What a client that is read from live gives: the posts of files, by what the files hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reviewer.sites.base import FileHash


@dataclass(frozen=True, slots=True)
class LivePost:
    """A post as its server has it, for import.

    Attributes:
        remote_id: Of the post.
        tags: Each as the server writes it, with the word for its category; empty where it has none.
        rating: A letter of the scheme `sqe`; empty without one.
        source: Where the picture comes from.
    """

    remote_id: str
    tags: tuple[tuple[str, str], ...]
    rating: str = ""
    source: str = ""


@runtime_checkable
class LiveSite(Protocol):
    """A client that tells the posts of many files at once."""

    files_at_once: int
    """Most files in one question."""

    def posts(self, files: Sequence[FileHash]) -> Mapping[str, LivePost]:
        """The posts of files, by the files' SHA-256; files without a post are left out.

        Raises:
            SiteError: One of those of `Site`; never `UnknownOutcomeError`.
        """

    def pause(self) -> float:
        """Seconds that the last answer asks to leave the site alone."""

    def close(self) -> None:
        """Lets go of the connection."""
