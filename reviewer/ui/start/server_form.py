"""The form for a server that has the tags of a folder's images, before the folder is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from reviewer.store.library import Library
from reviewer.ui.widgets.parts import in_column
from reviewer.ui.write_back.destinations import DestinationForm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reviewer.core.outbox import Destination

SERVERS = {"szurubooru": "a szurubooru", "hydrus": "a Hydrus client that runs"}
"""Kinds of servers that are asked live, in words; no format of files is called so."""
WIDTH = 720


class ServerForm(QWidget):
    """The fields of a destination of one kind; it begins the folder's collection to keep them.

    Attributes:
        saved: Emitted with the name of the server that was set up.
        left: The person wants none after all.
    """

    saved = Signal(str)
    left = Signal()

    def __init__(self, place_for: Callable[[Path], Path], parent: QWidget | None = None) -> None:
        """Begins empty; name the kind with `ask`.

        Args:
            place_for: The workspace of an image folder.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._place_for = place_for
        self._folder: Path | None = None
        self.form = DestinationForm(self._keep, self, done="Take its tags and begin")
        self.form.setMaximumWidth(WIDTH)
        self.form.saved.connect(self.saved)
        self.form.left.connect(self.left)
        in_column(self.form, 1, of=self, edge=0)

    def ask(self, kind: str, folder: Path) -> None:
        """Empties the fields for a kind of server and takes the keyboard.

        Args:
            kind: One of `SERVERS`.
            folder: The images.
        """
        self._folder = folder
        self.form.begin(kind)

    def dispose(self) -> None:
        """Ends the thread that keeps keys."""
        self.form.dispose()

    def _keep(self, place: Destination) -> None:
        folder = self._folder
        if folder is not None:
            with Library.create(self._place_for(folder), folder) as library:
                library.destinations.put(place)
