"""Decodes pictures off the GUI thread, the most urgent first, into a cache bounded in bytes.

A picture is decoded at the size it is shown in, so that painting copies and never scales. Results
carry the key they were asked for; who receives one compares it with what is on screen now, so a
late picture can never stand under the wrong question.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image as Pillow
from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from reviewer.core.errors import SourceError
from reviewer.pictures import open_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

THUMB_PX = 112
"""Side of the small picture for the strip of answers, device pixels."""
MOST_UPSCALED = 4.0
"""Small pictures are enlarged to fit, up to this factor."""


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


class ImageLoader(QObject):
    """A small pool that decodes what is wanted, and forgets what is no longer.

    Attributes:
        loaded: Emitted with a `Picture`, in the GUI thread.
        failed: Emitted with an image id and a sentence, in the GUI thread.
    """

    loaded = Signal(object)
    failed = Signal(int, str)
    _done = Signal(object)
    _broken = Signal(object, str)

    def __init__(
        self,
        path_of: Callable[[int], Path],
        *,
        cache_bytes: int,
        threads: int = 2,
        parent: QObject | None = None,
    ) -> None:
        """Begins without a picture.

        Args:
            path_of: Where an image's file is; called in the GUI thread only.
            cache_bytes: Most memory for decoded pictures.
            threads: Pictures decoded at the same time.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._path_of = path_of
        self._cache_bytes = cache_bytes
        self._cache: OrderedDict[PictureKey, Picture] = OrderedDict()
        self._held = 0
        self._paths: dict[PictureKey, Path] = {}
        self._busy: set[PictureKey] = set()
        self._bad: set[int] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="decode")
        self._closed = False
        self._done.connect(self._keep)
        self._broken.connect(self._report)

    def get(self, key: PictureKey) -> Picture | None:
        """A picture if it is decoded."""
        picture = self._cache.get(key)
        if picture is not None:
            self._cache.move_to_end(key)
        return picture

    def want(self, keys: Sequence[PictureKey]) -> None:
        """Says what is wanted now, the most urgent first; what was wanted before is dropped."""
        if self._closed:
            return
        missing = {
            key: self._path_of(key.image_id)
            for key in keys
            if key not in self._cache and key.image_id not in self._bad
        }
        with self._lock:
            self._paths = {key: path for key, path in missing.items() if key not in self._busy}
            waiting = len(self._paths)
        for _ in range(waiting):
            self._pool.submit(self._work)

    def close(self) -> None:
        """Stops the pool; what is being decoded is thrown away."""
        self._closed = True
        with self._lock:
            self._paths.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self) -> None:
        """Decodes the most urgent picture; runs in the pool."""
        with self._lock:
            if not self._paths:
                return
            key = next(iter(self._paths))
            path = self._paths.pop(key)
            self._busy.add(key)
        try:
            picture = _decode(key, path)
        except SourceError as error:
            self._broken.emit(key, str(error))
        except MemoryError:
            self._broken.emit(key, f"{path} needs more memory than there is.")
        else:
            self._done.emit(picture)

    def _keep(self, picture: Picture) -> None:
        with self._lock:
            self._busy.discard(picture.key)
        if self._closed:
            return
        self._cache[picture.key] = picture
        self._held += picture.cost
        while self._held > self._cache_bytes and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._held -= oldest.cost
        self.loaded.emit(picture)

    def _report(self, key: PictureKey, problem: str) -> None:
        with self._lock:
            self._busy.discard(key)
        if not self._closed and key.image_id not in self._bad:
            self._bad.add(key.image_id)
            self.failed.emit(key.image_id, problem)


def _decode(key: PictureKey, path: Path) -> Picture:
    """Reads a file at the size of its key.

    Raises:
        SourceError: The file cannot be shown.
    """
    picture = open_picture(path, max(key.width, key.height))
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


def fitted(size: QSize, width: int, height: int) -> QSize:
    """The largest size of the same shape inside a box, all in pixels, at least 1 by 1."""
    factor = min(width / max(size.width(), 1), height / max(size.height(), 1), MOST_UPSCALED)
    return QSize(max(round(size.width() * factor), 1), max(round(size.height() * factor), 1))


def _to_qt(picture: Pillow.Image) -> QImage:
    """An RGB picture as RGB32, the form that is painted without conversion."""
    rgb = picture if picture.mode == "RGB" else picture.convert("RGB")
    data = rgb.tobytes("raw", "BGRX")
    view = QImage(data, rgb.width, rgb.height, rgb.width * 4, QImage.Format.Format_RGB32)
    # The view borrows Python's bytes; the copy owns its own.
    return view.copy()
