"""Previews of large originals: small JPEG files by content, which can be made again at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import StoreError
from reviewer.core.patience import patiently
from reviewer.store.disk import writing

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

PREVIEW_PX = 2048
"""Long side of a preview."""
LARGE_PIXELS = 4_000_000
"""An original of more pixels is shown from its preview where there is one."""
QUALITY = 90


class PreviewFiles:
    """The previews of a collection, kept in its cache."""

    def __init__(self, folder: Path) -> None:
        """Reads and writes under `folder`."""
        self._folder = folder

    def place(self, sha256: bytes) -> Path:
        """Where the preview of a file's content is, or would be."""
        name = sha256.hex()
        return self._folder / name[:2] / f"{name}.jpg"

    def save(self, sha256: bytes, picture: Image) -> None:
        """Writes a preview aside and renames it into place.

        It is not synced: one that a power cut tore is thrown away when it cannot be read.

        Args:
            sha256: Of the original.
            picture: RGB, upright, of `PREVIEW_PX` at most.

        Raises:
            StoreFullError: The disk is full.
            StoreError: It cannot be written.
        """
        place = self.place(sha256)
        aside = place.with_name(f".{place.name}.tmp")
        with writing(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            picture.save(aside, "JPEG", quality=QUALITY)
            patiently(lambda: aside.replace(place))

    def drop_oldest(self, keep_bytes: int) -> int:
        """Deletes the previews that were made first until the rest fits; returns how many."""
        found = [(entry.stat(), entry) for entry in self._folder.glob("*/*.jpg")]
        found.sort(key=lambda pair: pair[0].st_mtime_ns, reverse=True)
        held = dropped = 0
        for facts, entry in found:
            held += facts.st_size
            if held > keep_bytes:
                try:
                    entry.unlink(missing_ok=True)
                except OSError as error:
                    raise StoreError(f"Cannot delete {entry}: {error.strerror}.") from error
                dropped += 1
        return dropped
