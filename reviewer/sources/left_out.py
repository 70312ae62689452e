"""What is in a folder of images and is not taken: odd names, videos, folders that are closed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class LeftOut:
    """What was left out while a folder was listed.

    Attributes:
        nameless: Files whose names are no text (UTF-8), as they can be shown.
        videos: Paths of videos.
        unread: Folders that cannot be read, with a slash at the end.
        reason: Why the first of them cannot.
    """

    nameless: list[str] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    reason: str = ""

    def hides(self, path: str) -> bool:
        """Whether an image may be there though it was not found."""
        return bool(self.unread) and path.startswith(tuple(self.unread))

    def sentences(self) -> list[str]:
        """What to say of it."""
        said = []
        if self.nameless:
            said.append(
                f"Files left out because their names are no text (UTF-8): {len(self.nameless):,}, "
                f"for example {self.nameless[0]}. Rename them and import again."
            )
        if self.videos:
            said.append(
                f"{len(self.videos):,} videos are left out, for example {self.videos[0]}: pictures "
                "are reviewed."
            )
        if self.unread:
            said.append(
                f"Folders that cannot be read: {len(self.unread):,}, for example {self.unread[0]} "
                f"({self.reason}). What was known of their images stays as it was; make them "
                "readable and import again."
            )
        return said
