"""What every client can do: read a post, write one edit, and say which tags the site knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reviewer.core.outbox import NOTHING, Tags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reviewer.core.outbox import Edit


@dataclass(frozen=True, slots=True)
class RemotePost:
    """A post as the site has it now.

    Attributes:
        tags: As the site writes them.
        version: What the site counts edits with; empty where it does not.
        denied: Tags that somebody deleted from it on purpose (Hydrus), or locked out (e621).
    """

    tags: Tags
    version: str = ""
    denied: Tags = NOTHING


@dataclass(frozen=True, slots=True)
class FileHash:
    """What an image file is known by at the sites, lower-case hexadecimal."""

    sha256: str
    md5: str = ""
    sha1: str = ""


class Site(Protocol):
    """A client of one site. Every call may raise any `SiteError`."""

    def find(self, file: FileHash) -> str | None:
        """The id of the post of a file; `None` if there is none."""

    def read(self, remote_id: str) -> RemotePost:
        """The post as it is now.

        Raises:
            NoPostError: It is not there.
        """

    def write(
        self, remote_id: str, before: RemotePost, edit: Edit, reason: str
    ) -> RemotePost | None:
        """Makes one edit.

        Args:
            remote_id: Of the post.
            before: The post as it was looked at just before.
            edit: What to change.
            reason: For the site's history, where it has one.

        Returns:
            The post as the answer shows it; `None` where the answer proves nothing, and the post
            must be read again to see what became of the edit.

        Raises:
            StaleError: Somebody edited it since; nothing was changed.
            RefusedError: The site will not have the edit; nothing was changed.
            UnknownOutcomeError: It cannot be told whether the edit was made.
        """

    def known(self, tags: Collection[str]) -> Mapping[str, str | None]:
        """What the site calls some tags: another name for an alias, `None` where unknown."""

    def brought(self, added: Tags, extra: Tags) -> Tags:
        """Those of `extra` that the site adds by itself because of `added`."""

    def pause(self) -> float:
        """Seconds that the headers of the last answer ask to leave the site alone; 0 for none."""

    def close(self) -> None:
        """Lets go of the connection."""
