"""A folder of images that is not there now: its drive is not connected, or it was moved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path


def is_away(folder: Path) -> bool:
    """Whether a folder is not there, or empty as the place of a drive is that is not connected."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True


def away_sentence(folder: Path) -> str:
    """What to say where that is so."""
    return (
        f"The folder of the images is not there: {folder}. Connect its drive; if the folder was "
        "moved or renamed, open it where it is now, and the answers are there too."
    )


def refuse_if_away(folder: Path) -> None:
    """Refuses to begin with images that cannot be read now.

    Raises:
        SourceError: The folder is away.
    """
    if is_away(folder):
        raise SourceError(away_sentence(folder))
