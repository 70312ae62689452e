"""The small pictures of the last answers, kept while they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.ui.pictures.decoding import THUMB_PX, PictureKey

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from reviewer.ui.answer_strip import AnswerStrip
    from reviewer.ui.pictures.loader import ImageLoader

MOST = 200
"""Small pictures kept, beside those that the strip shows."""


class Thumbs:
    """A small picture of every image decoded lately; the oldest go first, but not from the strip.

    Attributes:
        known: Small pictures by image id, the oldest first.
    """

    def __init__(self, strip: AnswerStrip, loader: ImageLoader) -> None:
        """Begins empty.

        Args:
            strip: Shows them.
            loader: Decodes those that are lacking.
        """
        self._strip = strip
        self._loader = loader
        self.known: dict[int, QImage] = {}

    def keep(self, image_id: int, thumb: QImage) -> None:
        """Takes the small picture of an image, and shows it if its answer is in the strip."""
        self.known.pop(image_id, None)
        self.known[image_id] = thumb
        if len(self.known) > MOST:
            shown = {decision.image_id for decision in self._strip.decisions()}
            gone = next((other for other in self.known if other not in shown), image_id)
            del self.known[gone]
        self._strip.show_thumb(image_id, thumb)

    def lacking(self) -> list[int]:
        """Image ids of the strip whose small picture is still to be decoded."""
        ids = dict.fromkeys(decision.image_id for decision in self._strip.decisions())
        lacking = [image_id for image_id in ids if image_id not in self.known]
        for image_id in lacking:
            # The loader does not decode again what it holds, and would not announce it.
            held = self._loader.get(PictureKey(image_id, THUMB_PX, THUMB_PX))
            if held is not None:
                self.keep(image_id, held.thumb)
        return [image_id for image_id in lacking if image_id not in self.known]
