"""A folder before its import: where its tags are read from, and what would be read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from reviewer.core.beginning import Beginning
from reviewer.ui.background import Background
from reviewer.ui.pictures.decoding import PictureFiles, PictureKey, decode
from reviewer.ui.start.import_rows import PICTURE_PX, ImportRows
from reviewer.ui.start.server_form import SERVERS, ServerForm
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, text_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage, QKeyEvent

    from reviewer.jobs.imports.previewing import ImportPreview

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
PATIENCE_S = 0.5
TRAINED_HERE = "a tagger that is trained on these images"
BROUGHT = f"a tagger that you have{ELLIPSIS}"
SERVER_WORDS = (
    "The tags are asked of {title} by the files' hashes. Nothing else is sent there, nothing is "
    "downloaded, and nothing is changed."
)


class ImportPage(QWidget):
    """Shows the first images with their tags as they would be read; nothing is written.

    Attributes:
        confirmed: Emitted with the folder and the `Beginning` that is wanted.
        left: The person wants another folder.
        formats: Where the tags may come from: a name of a format, or the kind of a server.
        taggers: Where the tagger comes from; the data of the second entry is its folder.
    """

    confirmed = Signal(object, object)
    left = Signal()

    def __init__(self, place_for: Callable[[Path], Path], parent: QWidget | None = None) -> None:
        """Begins empty; hand a folder in with `show_folder`.

        Args:
            place_for: The workspace of an image folder.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._folder: Path | None = None
        self._background = Background(self)
        self._background.failed.connect(self._refuse)
        # By itself, so that another format can be read while pictures come.
        self._pictures = Background(self)
        self._pictures.failed.connect(self._next_picture)
        self._coming: list[int] = []
        self._title = text_label(tone="page", of=self)
        self._about = text_label(tone="muted", of=self, wrap=True)
        self._notes = text_label(tone="muted", of=self, wrap=True)
        self.formats = _choice("Format of the tags", self)
        self.formats.activated.connect(self._change_format)
        self.taggers = _choice("Tagger", self)
        self.taggers.activated.connect(self._change_tagger)
        self._begin = QPushButton("Begin  (Enter)", self)
        self._begin.setProperty("tone", "primary")
        self._begin.clicked.connect(self._confirm)
        self._back = QPushButton("Another folder  (Esc)", self)
        self._back.clicked.connect(self.left)
        self.table = ImportRows(self)
        self.server = ServerForm(place_for, self)
        self.server.saved.connect(self._begin_with_server)
        self.server.left.connect(self._leave_server)
        self._shown = QStackedWidget(self)
        self._lay_out()

    def _lay_out(self) -> None:
        top = in_row(self._title, 1, self._back, self._begin, gap=10)
        choices = in_row(
            text_label("The tags are read from", "muted", of=self), self.formats, gap=10
        )
        choices.addSpacing(20)
        choices.addWidget(text_label("The questions come from", "muted", of=self))
        choices.addWidget(self.taggers)
        choices.addStretch(1)
        self._shown.addWidget(self.table)
        self._shown.addWidget(self.server)
        in_column(
            top,
            self._about,
            choices,
            (self._shown, 1),
            self._notes,
            of=self,
            gap=12,
            edge=PAGE_EDGE,
        )

    def show_folder(self, folder: Path) -> None:
        """Reads a folder in the background and shows what an import would take."""
        self._folder = folder
        self._title.setText(folder.name or str(folder))
        self.formats.clear()
        self.taggers.clear()
        self.taggers.addItem(TRAINED_HERE, "")
        self.taggers.addItem(BROUGHT, "")
        self._read("")
        self._begin.setFocus()

    def close_reading(self) -> None:
        """Ends the reading; nothing waits for a long one."""
        self._background.close(PATIENCE_S)
        self._pictures.close(PATIENCE_S)
        self.server.dispose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter begins, Esc goes back."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._begin.isEnabled():
            self._confirm()
        elif event.key() == Qt.Key.Key_Escape:
            self._forget()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # -- inside ----------------------------------------------------------------------------------

    def _read(self, source: str) -> None:
        folder = self._folder
        if folder is None:
            return
        # Every format is loaded by it: only a new folder needs them, not every start.
        from reviewer.jobs.imports.previewing import preview_import  # noqa: PLC0415 - see above

        self._forget()
        self._shown.setCurrentWidget(self.table)
        self._about.setText(f"Looking at {folder} {ELLIPSIS}")
        self._notes.hide()
        self.table.setRowCount(0)
        # Large dumps take minutes to read through: one who knows the folder need not wait.
        self._begin.setEnabled(True)
        self._background.ask(partial(preview_import, folder, source), self._show)

    def _show(self, found: ImportPreview) -> None:
        self._about.setText(words_of(found))
        self._notes.setText("\n".join(found.notes))
        self._notes.setVisible(bool(found.notes))
        if not self.formats.count():
            for name, title in (*found.fitting, *SERVERS.items()):
                self.formats.addItem(title, name)
        self.table.show_rows(found.rows)
        self._coming = list(range(len(found.rows)))
        self._next_picture()

    def _next_picture(self, _sentence: str = "") -> None:
        """Has the next picture decoded; one that cannot be is left out, as the import says why."""
        folder, waiting = self._folder, self._coming
        if folder is None or not waiting:
            return
        place = waiting.pop(0)
        side = round(PICTURE_PX * self.devicePixelRatioF())
        files = PictureFiles(folder / self.table.path(place))
        self._pictures.ask(
            lambda: decode(PictureKey(0, side, side), files).image,
            partial(self._show_picture, place),
        )

    def _show_picture(self, place: int, image: QImage) -> None:
        self.table.show_picture(place, image)
        self._next_picture()

    def _forget(self) -> None:
        """Wants nothing any more that is still being read."""
        self._background.forget()
        self._pictures.forget()
        self._coming = []

    def _refuse(self, sentence: str) -> None:
        self._about.setText(sentence)
        self._begin.setEnabled(False)

    def _change_format(self) -> None:
        chosen = str(self.formats.currentData())
        if chosen in SERVERS and self._folder is not None:
            self._forget()
            self._begin.setEnabled(False)
            self._about.setText(SERVER_WORDS.format(title=SERVERS[chosen]))
            self._notes.hide()
            self._shown.setCurrentWidget(self.server)
            self.server.ask(chosen, self._folder)
        else:
            self._read(chosen)

    def _leave_server(self) -> None:
        self.formats.setCurrentIndex(0)
        self._change_format()
        self._begin.setFocus()

    def _change_tagger(self) -> None:
        """Has the folder of a tagger chosen; without one it stays as it was."""
        if self.taggers.currentIndex() == 0:
            return
        before = str(self.taggers.itemData(1) or Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "The folder of the tagger", before)
        if chosen:
            self.choose_tagger(Path(chosen))
        elif not self.taggers.itemData(1):
            self.taggers.setCurrentIndex(0)

    def choose_tagger(self, folder: Path) -> None:
        """Takes the folder of a tagger that the person has."""
        self.taggers.setItemText(1, f"the tagger in {folder.name}")
        self.taggers.setItemData(1, str(folder))
        self.taggers.setCurrentIndex(1)

    def _wanted(self) -> Beginning:
        return Beginning(tagger=str(self.taggers.currentData() or ""))

    def _begin_with_server(self, name: str) -> None:
        self._forget()
        if self._folder is not None:
            self.confirmed.emit(self._folder, replace(self._wanted(), server=name))

    def _confirm(self) -> None:
        self._forget()
        if self._folder is not None:
            chosen = self.formats.currentData() if self.formats.currentIndex() > 0 else ""
            self.confirmed.emit(self._folder, replace(self._wanted(), source=str(chosen or "")))


def words_of(found: ImportPreview) -> str:
    """What there is, in a sentence or two."""
    if not found.tagged and found.read == found.images:
        return (
            f"{found.images:,} images; none has tags that can be read. Choose where the tags come "
            "from, or a tagger that you have: what it sees is asked then. Your files are never "
            "changed by an import."
        )
    among = "" if found.read == found.images else f" of the first {found.read:,}"
    return (
        f"{found.images:,} images; {found.tagged:,}{among} have tags. These would be read like "
        "this. Nothing is written yet, and your files are never changed by an import."
    )


def _choice(name: str, parent: QWidget) -> QComboBox:
    choice = QComboBox(parent)
    choice.setAccessibleName(name)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return choice
