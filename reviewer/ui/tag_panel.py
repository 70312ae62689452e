"""Right of the picture: what Yes and No mean, the image's tags, and what helps beside them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QListView, QStackedWidget, QWidget

from reviewer.core.choices.ratings import rating_tag, word_of
from reviewer.core.labels import effective_tags
from reviewer.core.types import Answer
from reviewer.ui.aids.about_panel import AboutPanel
from reviewer.ui.aids.editor import TagEditor
from reviewer.ui.aids.quick_chips import QuickChips
from reviewer.ui.tag_lines import change, meaning, tag_lines
from reviewer.ui.tag_list import TagDelegate, TagListModel
from reviewer.ui.why.panel import WhyPanel
from reviewer.ui.widgets.parts import in_column, keep_place, plain_tip, text_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QResizeEvent

    from reviewer.core.labels import Consequences
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Image, Question

TIGHT_LINES = 30
"""Lines of text that the panel must hold to show all its parts at the same time."""


class Part(IntEnum):
    """What stands in the middle of the panel."""

    TAGS = 0
    ABOUT = 1
    EDITOR = 2
    WHY = 3


class TagPanel(QFrame):
    """The panel on the right.

    Attributes:
        about: What the asked tag means, with examples.
        editor: Where one types tags for the image.
        why: Why the question is asked.
        quick: The nine tags of the digits.
        on_image: Ids of the tags that the image has; the asked one is never among them, for that
            would tell what the metadata says.
    """

    def __init__(self, vocabulary: Vocabulary, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self._vocabulary = vocabulary
        self.on_image: frozenset[int] = frozenset()
        self._model = TagListModel(self)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(TagDelegate(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setSelectionMode(QListView.SelectionMode.NoSelection)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName("Tags of the image")
        self._yes = _Consequence("If Yes", self)
        self._no = _Consequence("If No", self)
        self.about = AboutPanel(self)
        self.editor = TagEditor(self._model, self)
        self.why = WhyPanel(vocabulary.name, self)
        self._middle = QStackedWidget(self)
        for part in (self._list, self.about, self.editor, self.why):
            self._middle.addWidget(part)
        self.quick = QuickChips(self)
        self._facts = text_label(tone="muted", of=self)
        self._facts.setContentsMargins(12, 4, 12, 8)
        self._settled = QTimer(self, singleShot=True, interval=0)
        self._settled.timeout.connect(self._show_asked)
        self._list.installEventFilter(self)
        in_column(
            self._yes,
            self._no,
            (self._middle, 1),
            self.quick,
            self._facts,
            of=self,
            gap=0,
            edge=(0, 8, 0, 0),
        )

    @property
    def part(self) -> Part:
        """What stands in the middle now."""
        return Part(self._middle.currentIndex())

    def show_part(self, part: Part) -> None:
        """Shows something else in the middle; the editor has the room above it too."""
        self._middle.setCurrentIndex(part)
        self._share_room()

    def _share_room(self) -> None:
        """Leaves out what there is no room for beside large text in a low window."""
        tight = self.height() < TIGHT_LINES * self.fontMetrics().lineSpacing()
        beside = self.part is Part.TAGS or not tight
        self.quick.setVisible(beside)
        for consequence in (self._yes, self._no):
            consequence.setVisible(beside and self.part is not Part.EDITOR)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shares the room anew."""
        super().resizeEvent(event)
        self._share_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps the tag that is asked about in sight where the list gets another height."""
        if watched is self._list and event.type() == QEvent.Type.Resize:
            self._settled.start()
        return super().eventFilter(watched, event)

    def show_question(
        self,
        question: Question,
        image: Image,
        original: frozenset[int],
        answers: Mapping[int, Answer],
    ) -> None:
        """Shows an image's tags and what the answers mean."""
        asked = question.tag_id
        effective = effective_tags(original, answers, self._vocabulary.implications)
        self.on_image = effective - {asked}
        self._model.show(tag_lines(self._vocabulary, original, answers, asked))
        self._show_asked()
        self.quick.show_on(self.on_image)
        self.show_meaning(asked)
        self._facts.setText(self._fact_lines(image, answers))
        self._facts.setToolTip(plain_tip(image.path))

    def _show_asked(self) -> None:
        """Keeps the tag that is asked about in sight."""
        self._list.scrollTo(self._model.index(self._model.asked_row()))

    def show_meaning(self, tag_id: int) -> None:
        """Shows what each answer means, which tells nothing of the side."""
        self._yes.say(meaning(self._vocabulary, tag_id, Answer.YES))
        self._no.say(meaning(self._vocabulary, tag_id, Answer.NO))

    def show_changes(self, yes: Consequences, no: Consequences) -> None:
        """Shows what each answer changes, which tells the side of the question."""
        self._yes.say(change(self._vocabulary, yes))
        self._no.say(change(self._vocabulary, no))

    def show_nothing(self) -> None:
        """Clears the panel."""
        self.on_image = frozenset()
        self._model.show([])
        self.quick.show_on(frozenset())
        self._yes.say("")
        self._no.say("")
        self._facts.setText("\n")

    def _fact_lines(self, image: Image, answers: Mapping[int, Answer]) -> str:
        room = self.width() - 28
        name = self._facts.fontMetrics().elidedText(
            image.path.rsplit("/", 1)[-1], Qt.TextElideMode.ElideMiddle, room
        )
        size = f"{image.width} \N{MULTIPLICATION SIGN} {image.height}" if image.width else ""
        said = [self._vocabulary.name(t) for t, a in answers.items() if a is Answer.YES]
        corrected = "".join(word_of(name) for name in said)
        rating = corrected or word_of(rating_tag(image.rating, image.rating_scheme))
        # Of an image whose file was not opened yet nothing is known but its name.
        known = [size] if size else []
        known += [rating] if rating else []
        known += [_bytes(image.size)] if image.size else []
        facts = self._facts.fontMetrics().elidedText(
            ", ".join(known), Qt.TextElideMode.ElideRight, room
        )
        return f"{name}\n{facts}"


class _Consequence(QWidget):
    """A heading and two lines of text; its place stays where there is nothing to say."""

    def __init__(self, heading: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = text_label(heading, "heading", of=self)
        keep_place(self._title, kept=True)
        self._text = text_label(of=self, wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._take_height()
        in_column(self._title, self._text, of=self, gap=1, edge=(12, 2, 12, 4))

    def _take_height(self) -> None:
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * 2 + 2)

    def changeEvent(self, event: QEvent) -> None:
        """Follows the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_height()

    def say(self, text: str) -> None:
        self._title.setVisible(bool(text))
        self._text.setText(text)
        self._text.setToolTip(plain_tip(text))


def _bytes(count: int) -> str:
    """A file size in words."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
