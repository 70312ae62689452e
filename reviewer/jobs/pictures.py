"""How a tagger opens a collection's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.pictures import open_picture
from reviewer.sources.away import refuse_if_away

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from model.images import OpenImage


def open_for_tagger(path: Path, want_px: int) -> Image.Image:
    """Opens a file as the tagger expects it.

    Args:
        path: The file.
        want_px: The long side needed.

    Raises:
        ValueError: The file cannot be used; the text is for people.
    """
    try:
        return open_picture(path, want_px)
    except SourceError as error:
        raise ValueError(str(error)) from error


def opener_in(folder: Path) -> OpenImage:
    """Opens a collection's files; a drive that is pulled out is no fault of the files.

    Args:
        folder: Of all the files.

    Returns:
        What raises `SourceError`, which ends the job, where a file cannot be opened because the
        folder is away, and `ValueError` where it cannot be used.
    """

    def open_file(path: Path, want_px: int) -> Image.Image:
        try:
            return open_for_tagger(path, want_px)
        except ValueError:
            refuse_if_away(folder)
            raise

    return open_file
