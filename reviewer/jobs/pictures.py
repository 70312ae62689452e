"""How a tagger opens a collection's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError
from reviewer.pictures import open_picture

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image


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
