"""The destinations of a collection: one to be chosen, and the form on the page that sets one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from reviewer.core.errors import ReviewerError
from reviewer.core.outbox import Destination
from reviewer.jobs.writing.keys import keep_key
from reviewer.jobs.writing.places import check_new, policies
from reviewer.sites.policy import KnownBy, Mode
from reviewer.ui.background import Background
from reviewer.ui.widgets.parts import in_column, in_row, text_label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent


class DestinationList(QWidget):
    """A list with a button for one more.

    Attributes:
        chosen: Emitted with the name of the destination that a person chose.
        add_wanted: The person wants to set another one up.
    """

    chosen = Signal(str)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        heading = text_label("Destinations", "heading", of=self)
        self._list = QListWidget(self)
        self._list.setProperty("tone", "framed")
        self._list.setAccessibleName("Destinations")
        add = QPushButton("Add another\N{HORIZONTAL ELLIPSIS}", self)
        add.setAccessibleName("Add another destination")
        in_column(heading, (self._list, 1), add, of=self, edge=0)
        self._list.currentTextChanged.connect(self.chosen)
        add.clicked.connect(self.add_wanted)

    @property
    def names(self) -> list[str]:
        """The destinations that are listed, from the top."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def choose(self, name: str) -> None:
        """Chooses a destination, as a person would."""
        self._list.setCurrentRow(self.names.index(name))

    def show_places(self, places: Sequence[Destination], chosen: str) -> None:
        """Lists destinations.

        Args:
            places: In this order.
            chosen: Name of the one to mark; nobody is told of it.
        """
        self._list.blockSignals(True)
        self._list.clear()
        for place in places:
            item = QListWidgetItem(place.name)
            item.setToolTip(place.url or "the collection's own files")
            self._list.addItem(item)
            if place.name == chosen:
                self._list.setCurrentItem(item)
        self._list.blockSignals(False)


HINTS = {
    "szurubooru": ("http://127.0.0.1:8080", "a password, or token: and a user token"),
    "hydrus": ("http://127.0.0.1:45869", "an access key that may edit tags"),
    "danbooru": ("https://danbooru.donmai.us", "an API key"),
    "e621": ("https://e621.net", "an API key"),
    "moebooru": ("https://yande.re", "an API key, or hash: and the password hash"),
}
"""By kind: an address as an example, and what its key is."""


class DestinationForm(QFrame):
    """Fields of a destination, with what its kind asks for.

    Attributes:
        saved: Emitted with the name of the destination that was set up.
        left: The person wants none after all.
    """

    saved = Signal(str)
    left = Signal()

    def __init__(
        self,
        keep: Callable[[Destination], None],
        parent: QWidget | None = None,
        *,
        done: str = "Set it up",
    ) -> None:
        """Begins empty.

        Args:
            keep: Keeps a destination; called in a thread of its own.
            parent: Qt's owner.
            done: Words of the button that sets up.
        """
        super().__init__(parent)
        self.setObjectName("card")
        self._keep = keep
        self._policies = policies()
        self.kind = QComboBox(self)
        for policy in self._policies.values():
            if policy.known_by is not KnownBy.PATH:
                self.kind.addItem(policy.title, policy.kind)
        self.name = QLineEdit(self)
        self.url = QLineEdit(self)
        self.user = QLineEdit(self)
        self.service = QLineEdit("my tags", self)
        self.site = QLineEdit(self)
        self.key = QLineEdit(self)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self._rules = text_label(tone="muted", wrap=True)
        self._problem = text_label(tone="warning", wrap=True)
        self._problem.hide()
        self._save_button = QPushButton(done, self)
        self._background = Background(self)
        self._background.failed.connect(self._refuse)
        self._fields = QFormLayout()
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self._kind_chosen()

    def _lay_out(self) -> None:
        self._fields.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.site.setPlaceholderText("for a server of your own: its name there")
        for words, field in (
            ("Kind", self.kind),
            ("Name", self.name),
            ("Address", self.url),
            ("Your login", self.user),
            ("Tag service", self.service),
            ("Called in your metadata", self.site),
            ("Key", self.key),
        ):
            field.setAccessibleName(words)
            self._fields.addRow(words, field)
        self._save_button.setProperty("tone", "primary")
        self._save_button.clicked.connect(self._save)
        leave = QPushButton("Leave", self)
        leave.clicked.connect(self.left)
        buttons = in_row(1, leave, self._save_button)
        in_column(self._rules, self._fields, self._problem, buttons, of=self, edge=(18, 14, 18, 14))

    def begin(self, kind: str = "") -> None:
        """Empties the fields and takes the keyboard.

        Args:
            kind: The only kind that is wanted; empty where the person chooses.
        """
        for field in (self.name, self.url, self.user, self.site, self.key):
            field.clear()
        self._problem.hide()
        self._fields.setRowVisible(self.kind, not kind)
        if kind:
            self.kind.setCurrentIndex(self.kind.findData(kind))
            # There are no metadata yet that could call the server anything.
            self._fields.setRowVisible(self.site, False)
        (self.url if kind else self.kind).setFocus()

    def dispose(self) -> None:
        """Ends the thread that keeps keys; call it before the collection is closed."""
        self._background.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the form, not the page; Enter sets up."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._save()
        else:
            super().keyPressEvent(event)

    def _kind_chosen(self) -> None:
        policy = self._policies[self.kind.currentData()]
        url, key = HINTS.get(policy.kind, ("", ""))
        self.name.setPlaceholderText(policy.kind)
        self.url.setPlaceholderText(url)
        self.key.setPlaceholderText(key)
        sends = policy.mode is not Mode.EXPORT_ONLY
        self._fields.setRowVisible(self.url, sends)
        self._fields.setRowVisible(self.key, sends)
        self._fields.setRowVisible(self.user, sends and not policy.service)
        self._fields.setRowVisible(self.service, policy.service)
        self._fields.setRowVisible(self.site, not policy.service)
        kept = " The key is kept in the system's keyring and nowhere else." if sends else ""
        self._rules.setText(policy.rules + kept)

    def _save(self) -> None:
        kind = str(self.kind.currentData())
        service = self._policies[kind].service
        place = Destination(
            name=self.name.text().strip() or kind,
            kind=kind,
            url=(self.url.text().strip() or self.url.placeholderText()).rstrip("/"),
            user="" if service else self.user.text().strip(),
            service=self.service.text().strip() if service else "",
            site=self.site.text().strip(),
        )
        try:
            check_new(place)
        except ReviewerError as error:
            self._refuse(str(error))
            return
        self._problem.hide()
        self._save_button.setEnabled(False)
        key = self.key.text()

        def keep() -> str:
            # A locked keyring asks the person, and may take its time: never in the window's thread.
            if key:
                keep_key(place, key)
            self._keep(place)
            return place.name

        self._background.ask(keep, self._kept)

    def _kept(self, name: str) -> None:
        self._save_button.setEnabled(True)
        self.key.clear()
        self.saved.emit(name)

    def _refuse(self, sentence: str) -> None:
        self._save_button.setEnabled(True)
        self._problem.setText(sentence)
        self._problem.show()
