"""The picture of the chosen change: nobody confirms an edit without seeing what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from reviewer.ui.history.preview import PreviewPicture
from reviewer.ui.pictures.loader import ImageLoader
from reviewer.ui.widgets.parts import in_column, text_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.ui.pictures.decoding import Picture, PictureFiles
    from reviewer.ui.write_back.model import Row

CACHE_BYTES = 32 << 20


class WriteBackPreview(QWidget):
    """A picture with its change under it."""

    def __init__(
        self, files_of: Callable[[int], PictureFiles], parent: QWidget | None = None
    ) -> None:
        """Begins empty.

        Args:
            files_of: Where an image's pixels are.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._row: Row | None = None
        self._picture = PreviewPicture(self)
        self._change = text_label(of=self, wrap=True)
        in_column(self._picture, self._change, of=self, gap=6, edge=0)
        self._loader = ImageLoader(files_of, cache_bytes=CACHE_BYTES, threads=1, parent=self)
        self._loader.loaded.connect(self._take)
        self._loader.failed.connect(self._fail)
        self.hide()

    @property
    def words(self) -> str:
        """What stands under the picture."""
        return self._change.text()

    def show_row(self, row: Row | None) -> None:
        """Shows the image of a row; its picture comes when it is decoded."""
        self._row = row
        self.setVisible(row is not None and row.image_id > 0)
        self._picture.show_picture(None)
        if row is None or row.image_id <= 0:
            return
        # In a narrow window the table has no room for its note, which says what is wrong.
        self._change.setText("\n".join(word for word in (row.path, row.change, row.note) if word))
        key = self._picture.key(row.image_id)
        known = self._loader.get(key)
        if known is not None:
            self._picture.show_picture(known.image)
        else:
            self._loader.want([key])

    def close_loader(self) -> None:
        """Ends the decoding."""
        self._loader.close()

    def _take(self, picture: Picture) -> None:
        if self._row is not None and self._row.image_id == picture.key.image_id:
            self._picture.show_picture(picture.image)

    def _fail(self, image_id: int, problem: str) -> None:
        if self._row is not None and self._row.image_id == image_id:
            self._picture.show_picture(None, problem)
