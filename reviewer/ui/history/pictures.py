"""The pictures of the history: a small one in each row, a larger one of the chosen row."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QStyledItemDelegate

from reviewer.ui.pictures.decoding import THUMB_PX, PictureKey
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.theme import look

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionViewItem

    from reviewer.store.history import HistoryRow
    from reviewer.ui.pictures.decoding import Picture, PictureFiles

CACHE_BYTES = 16 << 20
"""Most memory for decoded pictures, beside the small ones."""
MOST = 300
"""Small pictures kept, some 50 kB each."""
PLACE = QSize(60, 44)
"""Room for a small picture, device-independent pixels."""
UNDONE = 0.4
"""How much is seen of the picture of an answer that was taken back."""


class HistoryPictures(QObject):
    """Decodes what is on screen, the chosen row first; what is scrolled past is dropped.

    Attributes:
        came: Emitted with the id of an image that was decoded, or that cannot be.
    """

    came = Signal(int)

    def __init__(
        self, files_of: Callable[[int], PictureFiles], parent: QObject | None = None
    ) -> None:
        """Begins without a picture.

        Args:
            files_of: Where an image's pixels are; called in the GUI thread only.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._loader = ImageLoader(files_of, cache_bytes=CACHE_BYTES, threads=1, parent=self)
        self._small: OrderedDict[int, QImage] = OrderedDict()
        self._problems: dict[int, str] = {}
        self._loader.loaded.connect(self._take)
        self._loader.failed.connect(self._miss)

    def small(self, image_id: int) -> QImage | None:
        """The small picture of an image, if it was decoded."""
        return self._small.get(image_id)

    def large(self, key: PictureKey) -> QImage | None:
        """The picture at the size of a key, if it was decoded."""
        picture = self._loader.get(key)
        return None if picture is None else picture.image

    def problem(self, image_id: int) -> str:
        """Why an image cannot be shown, in a sentence; empty if it can, or was not tried yet."""
        return self._problems.get(image_id, "")

    def want(self, chosen: PictureKey | None, image_ids: Sequence[int]) -> None:
        """Says what is on screen; what was wanted before is dropped.

        Args:
            chosen: The larger picture, which comes first.
            image_ids: Of the rows, the most urgent first.
        """
        for image_id in reversed(image_ids):
            if image_id in self._small:
                self._small.move_to_end(image_id)
        lacking = [image_id for image_id in dict.fromkeys(image_ids) if image_id not in self._small]
        keys = [PictureKey(image_id, THUMB_PX, THUMB_PX) for image_id in lacking]
        self._loader.want([*([chosen] if chosen is not None else []), *keys])

    def close(self) -> None:
        """Ends the decoding."""
        self._loader.close()

    def _take(self, picture: Picture) -> None:
        image_id = picture.key.image_id
        self._small[image_id] = picture.thumb
        self._small.move_to_end(image_id)
        if len(self._small) > MOST:
            self._small.popitem(last=False)
        self.came.emit(image_id)

    def _miss(self, image_id: int, problem: str) -> None:
        self._problems[image_id] = problem
        self.came.emit(image_id)


class PictureDelegate(QStyledItemDelegate):
    """Paints the small picture of a row into its place, fitted."""

    def __init__(
        self,
        row_at: Callable[[int], HistoryRow | None],
        pictures: HistoryPictures,
        parent: QObject | None = None,
    ) -> None:
        """Paints what `pictures` has.

        Args:
            row_at: The answer at a row of the table.
            pictures: Where the pictures are.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._row_at = row_at
        self._pictures = pictures

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """The row's ground, and the picture upon it; an empty place while it is decoded."""
        super().paint(painter, option, index)
        row = self._row_at(index.row())
        if row is None:
            return
        frame: QRect = option.rect
        place = QRect(frame.left() + 4, frame.top(), PLACE.width(), frame.height())
        place = place.adjusted(0, 2, 0, -2)
        image = self._pictures.small(row.decision.image_id)
        painter.save()
        painter.setOpacity(UNDONE if row.undone else 1.0)
        if image is None:
            painter.setPen(QColor(look().line))
            painter.drawRect(place.adjusted(0, 0, -1, -1))
        else:
            painter.setRenderHint(painter.RenderHint.SmoothPixmapTransform)
            size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect(0, 0, size.width(), size.height())
            target.moveCenter(place.center())
            painter.drawImage(target, image)
        painter.restore()
