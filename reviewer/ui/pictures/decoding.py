"""From a file to a picture that can be painted without conversion; runs off the GUI thread."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image as Pillow
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from reviewer.core.errors import SourceError
from reviewer.pictures import open_picture
from reviewer.ui.pictures.viewport import MOST_UPSCALED

if TYPE_CHECKING:
    from pathlib import Path

THUMB_PX = 112
"""Side of the small picture for the strip of answers, device pixels."""


@dataclass(frozen=True, slots=True)
class PictureKey:
    """One picture at one size.

    Attributes:
        width, height: The box it must fit, device pixels; both 0 for full resolution.
    """

    image_id: int
    width: int = 0
    height: int = 0

    @property
    def full(self) -> bool:
        """Whether the picture is wanted as it is."""
        return self.width == 0 and self.height == 0


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Where the pixels of an image are.

    Attributes:
        original: The user's file.
        preview: A smaller copy on this machine's disk; `None` if there is none.
        preview_px: The long side of the preview, pixels.
        size: Bytes of the original when it was imported; 0 where that is not known.
    """

    original: Path
    preview: Path | None = None
    preview_px: int = 0
    size: int = 0

    def preview_for(self, key: PictureKey) -> Path | None:
        """The preview, if it is sharp enough for a size; `None` if the original is needed."""
        return None if key.full or max(key.width, key.height) > self.preview_px else self.preview


class PictureChangedError(SourceError):
    """The file holds another picture, or the picture in other bytes, than when it was imported."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: RGB32, upright, at the size of the key.
        thumb: RGB32, at most `THUMB_PX` a side.
    """

    key: PictureKey
    image: QImage
    thumb: QImage

    @property
    def cost(self) -> int:
        """Bytes held."""
        return int(self.image.sizeInBytes() + self.thumb.sizeInBytes())


def decode(key: PictureKey, files: PictureFiles) -> Picture:
    """Reads a picture at the size of its key.

    Raises:
        PictureChangedError: The file is another one than the import saw.
        SourceError: The file cannot be shown.
    """
    picture = _open(key, files)
    if not key.full:
        size = fitted(QSize(*picture.size), key.width, key.height)
        picture = picture.resize(
            (size.width(), size.height()), Pillow.Resampling.LANCZOS, reducing_gap=2.0
        )
    small = fitted(QSize(*picture.size), THUMB_PX, THUMB_PX)
    thumb = picture.resize(
        (small.width(), small.height()), Pillow.Resampling.BILINEAR, reducing_gap=2.0
    )
    return Picture(key, _to_qt(picture), _to_qt(thumb))


def _open(key: PictureKey, files: PictureFiles) -> Pillow.Image:
    changed = _is_changed(files)
    preview = None if changed else files.preview_for(key)
    # A preview that is torn or was deleted is no reason to set the image aside.
    with suppress(SourceError):
        if preview is not None:
            return open_picture(preview, max(key.width, key.height))
    picture = open_picture(files.original, max(key.width, key.height))
    if changed:
        raise PictureChangedError(f"{files.original} is not the file that was imported.")
    return picture


def _is_changed(files: PictureFiles) -> bool:
    try:
        return files.size not in {0, files.original.stat().st_size}
    except OSError:
        # Where it is not there, a preview may still be.
        return False


def fitted(size: QSize, width: int, height: int) -> QSize:
    """The largest size of the same shape inside a box, all in pixels, at least 1 by 1."""
    factor = min(width / max(size.width(), 1), height / max(size.height(), 1), MOST_UPSCALED)
    return QSize(max(round(size.width() * factor), 1), max(round(size.height() * factor), 1))


def _to_qt(picture: Pillow.Image) -> QImage:
    """An RGB picture as RGB32, the form that is painted without conversion."""
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    data = rgb.tobytes("raw", "BGRX")
    view = QImage(data, rgb.width, rgb.height, rgb.width * 4, QImage.Format.Format_RGB32)
    # The view borrows Python's bytes; what is converted owns its own. Pillow leaves the fourth byte
    # at 0, which a surface with transparency would take for a picture that cannot be seen.
    owned = view.convertToFormat(QImage.Format.Format_ARGB32)
    owned.reinterpretAsFormat(QImage.Format.Format_RGB32)
    return owned
