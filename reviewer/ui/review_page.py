"""The review window's layout: question above, picture in the middle, panels round it. No logic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from reviewer.core.commands import COMMANDS, Command, View, commands_in
from reviewer.ui.answer_strip import AnswerStrip
from reviewer.ui.grid.view import GridView
from reviewer.ui.keys.actions import KeyMap
from reviewer.ui.keys.bounce import Bounce
from reviewer.ui.keys.caption_bar import CaptionBar
from reviewer.ui.keys.key_overlay import KeyOverlay
from reviewer.ui.keys.mouse_keys import MouseKeys
from reviewer.ui.pictures.view import ImageView
from reviewer.ui.question_bar import QuestionBar
from reviewer.ui.queues.panel import QueuePanel
from reviewer.ui.status_line import StatusLine
from reviewer.ui.tag_panel import TagPanel
from reviewer.ui.telling import Teller
from reviewer.ui.widgets.notice_bar import NoticeBar
from reviewer.ui.widgets.parts import in_column, in_row, keep_place

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QResizeEvent

    from reviewer.core.tags.vocabulary import Vocabulary

LEFT_WIDTH = 15
RIGHT_WIDTH = 16
"""Widths of the side panels, in heights of a line of text."""
MOST_PANEL = 25
"""Of the page's width, per cent."""
LEAST_PANEL = 180
REPEATED = ("next", "previous", "zoom.", "pan", "grid.move", "look.full", "grid.large")
"""What a key held down does again and again; nothing that writes. What is shown while a key is
held is among them, for the release before a repetition may have ended it."""
ELSEWHERE = {
    View.GRID: "only in the grid. {grid} opens it.",
    View.SINGLE: "only one by one. {grid.close} goes back to that.",
}
"""Where a key counts that means nothing on screen, by where it does."""


class ReviewPage(QWidget):
    """All that is seen while reviewing. It owns the keyboard except while a tag is picked.

    Attributes:
        command: Emitted with a command's id and the place of the key among those of the command,
            when a key is pressed or a caption clicked.
        released: Emitted with the id of a held command, when its key is let go.
        teller: Tells those who hear the window what is shown.
    """

    command = Signal(str, int)
    released = Signal(str)

    def __init__(
        self,
        vocabulary: Vocabulary,
        parent: QWidget | None = None,
        commands: tuple[Command, ...] = COMMANDS,
    ) -> None:
        """Lays the page out; nothing is asked yet.

        Args:
            vocabulary: The names of tags.
            parent: Its owner.
            commands: The command table with the person's keys.
        """
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._bounce = Bounce()
        self._mouse = MouseKeys(self._is_bound, self)
        self._shown = View.SINGLE
        self.question_bar = QuestionBar(self)
        self._centre = QStackedWidget(self)
        self.view = ImageView(self)
        self.grid = GridView(self)
        self._centre.addWidget(self.view)
        self._centre.addWidget(self.grid)
        self.captions = CaptionBar(self)
        self.queues = QueuePanel(self)
        self.tags = TagPanel(vocabulary, self)
        self.answers = AnswerStrip(vocabulary, self)
        self.status = StatusLine(self)
        self._take_widths()
        self._bottom = QFrame(self)
        self._bottom.setObjectName("bottomPanel")
        self._lay_out()
        self.notice = NoticeBar(self._centre)
        self.overlay = KeyOverlay(self)
        self.teller = Teller(self, self.question_bar, self.grid)
        self.bind(commands)
        self.captions.triggered.connect(self._captioned)
        self._mouse.pressed.connect(self.press)
        self._mouse.watch(self.view)
        self._mouse.watch(self.grid)
        self.view.turned.connect(self._mouse.turn)
        self.view.painted.connect(self._mouse.forget)
        self.queues.picking_ended.connect(self._take_focus)

    def _lay_out(self) -> None:
        centre = in_column(self.question_bar, (self._centre, 1), self.captions, gap=0, edge=0)
        upper = in_row(self.queues, (centre, 1), self.tags, gap=0, edge=0)
        in_column(self.answers, self.status, of=self._bottom, gap=0, edge=0)
        in_column((upper, 1), self._bottom, of=self, gap=0, edge=0)

    def bind(self, commands: tuple[Command, ...]) -> None:
        """Takes other keys; captions, tooltips and the list of keys follow.

        Args:
            commands: The command table with them.
        """
        platform = QGuiApplication.platformName()
        self._keys = {
            view: KeyMap(platform, commands_in(view, commands)) for view in (View.SINGLE, View.GRID)
        }
        self._caps = self._keys[View.SINGLE].caps() | self._keys[View.GRID].caps()
        self.captions.show_commands(commands)
        self.captions.show_view(self._shown)
        self.overlay.show_commands(commands)
        self.queues.show_hint(self.naming_keys("Pick a tag  ( {queue.pick} )"))
        self.queues.name_side_key(self.naming_keys("{queue.side}"))
        self.status.name_keys(self.naming_keys("{summary}"), self.naming_keys("{jobs}"))

    def naming_keys(self, text: str) -> str:
        """A text with the keys of the moment for the ids of commands in braces ("{flag}")."""
        if "{" in text:
            for command_id, cap in self._caps.items():
                text = text.replace(f"{{{command_id}}}", cap)
        return text

    def _is_bound(self, name: str) -> bool:
        return self._keys[self._shown].named(name) is not None

    def press(self, name: str, at_ms: int = 0) -> None:
        """Carries out what a key, a mouse button or the wheel stands for.

        Args:
            name: As the command table has it.
            at_ms: When it was pressed, on the window system's clock; 0 where that is not known.
        """
        found = self._keys[self._shown].named(name)
        if found is not None and not self._bounce.is_echo(found.id, at_ms):
            self.command.emit(found.id, 0)

    def _take_widths(self) -> None:
        """Gives the side panels room for the size of the text, and the picture the most of it."""
        line, most = self.fontMetrics().height(), max(self.width() * MOST_PANEL // 100, LEAST_PANEL)
        for panel, lines in ((self.queues, LEFT_WIDTH), (self.tags, RIGHT_WIDTH)):
            needed = panel.minimumSizeHint().width()
            panel.setFixedWidth(max(min(line * lines, most), needed))

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.layout() is not None:
            self._take_widths()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follows the size of the window."""
        super().resizeEvent(event)
        self._take_widths()

    def show_view(self, view: View) -> None:
        """Shows one question, or a page of them; a page has the room of the tags' panel too."""
        if view is self._shown:
            return
        shown = self.side_panels
        self._shown = view
        self._centre.setCurrentWidget(self.grid if view is View.GRID else self.view)
        self.notice.raise_()
        self.captions.show_view(view)
        self.show_side_panels(shown)
        self.teller.lead_back()
        layout = self.layout()
        if layout is not None:
            layout.activate()

    @property
    def side_panels(self) -> bool:
        """Whether the side panels are there."""
        return self.queues.isVisibleTo(self)

    def show_side_panels(self, shown: bool) -> None:
        """Shows the side panels, or gives their place to the picture."""
        for panel in (self.queues, self.tags):
            keep_place(panel, kept=False)
        self.queues.setVisible(shown)
        self.tags.setVisible(shown and self._shown is View.SINGLE)

    def show_bare(self, bare: bool) -> None:
        """Blanks everything but the question and its picture; nothing moves."""
        for part in (self.queues, self.tags, self.captions, self._bottom):
            if bare and part.isVisibleTo(self):
                keep_place(part, kept=True)
                part.hide()
            elif not bare and part.sizePolicy().retainSizeWhenHidden():
                part.show()
                keep_place(part, kept=False)

    def focusNextPrevChild(self, _next: bool) -> bool:
        """Tab is a command here; nothing on the page takes the focus but the picker."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turns a key into its command; a key held down counts once."""
        keys = self._keys[self._shown]
        found = keys.digit(event) if self.question_bar.siblings.is_open else None
        found = found or keys.look_up(event)
        if found is None:
            self._name_elsewhere(event)
            super().keyPressEvent(event)
            return
        event.accept()
        command, place = found
        if event.isAutoRepeat():
            if not command.id.startswith(REPEATED):
                return
        elif self._bounce.is_echo(command.id, event.timestamp()):
            return
        self.command.emit(command.id, place)

    def _name_elsewhere(self, event: QKeyEvent) -> None:
        """Says where a key counts that means nothing here: the same hand has it in both views."""
        other = View.GRID if self._shown is View.SINGLE else View.SINGLE
        found = self._keys[other].find(event)
        if found is None or event.isAutoRepeat():
            return
        self.notice.say(self.naming_keys(f"{found.title}: {ELSEWHERE[other]}"))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Ends a held command."""
        found = self._keys[self._shown].find(event)
        if found is not None and found.held and not event.isAutoRepeat():
            self.released.emit(found.id)
            event.accept()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A held key whose release goes elsewhere is let go here."""
        for held in ("look.full", "look.bare", "grid.large"):
            self.released.emit(held)
        super().focusOutEvent(event)

    def _captioned(self, command_id: str) -> None:
        self.command.emit(command_id, 0)

    def _take_focus(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
