"""What pages are built of: words, rows and columns, and controls that several have alike."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtGui import QFontMetrics, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


def plain_tip(text: str) -> str:
    """A tip that is shown as it stands.

    Qt takes a tip for markup where it looks like that, and a tag may: `<img src=...>` would have
    the picture fetched, on Windows from the machine that it names.
    """
    return Qt.convertFromPlainText(text) if Qt.mightBeRichText(text) else text


def on_button(text: str) -> str:
    """Words of a button that a person chose: what Qt takes for the mark of a key stays a sign."""
    return text.replace("&", "&&")


def text_label(
    text: str = "", tone: str = "", *, of: QWidget | None = None, wrap: bool = False
) -> QLabel:
    """Words as they stand: what a file or a tag is called is never taken for markup.

    Args:
        text: At first.
        tone: "page", "section", "heading", "title", "muted" or "warning"; plain where it is empty.
        of: Qt's owner; without one, whoever lays it out.
        wrap: Whether it goes on in the next line where it has no more room.
    """
    label = QLabel(text, of) if of is not None else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if tone:
        label.setProperty("tone", tone)
    return label


Part = QWidget | QLayout | int | tuple[QWidget | QLayout, int]
"""What stands in a line: something, something with its share of the room that is left over, or a
share of it that stays empty."""

Edge = int | tuple[int, int, int, int]
"""Room around a line in device-independent pixels: all round, or left, top, right, bottom."""

PAGE_EDGE = (20, 14, 20, 16)
"""Around what stands on a page beside the review."""

Line = TypeVar("Line", bound=QBoxLayout)


def in_row(
    *parts: Part, of: QWidget | None = None, gap: int | None = None, edge: Edge | None = None
) -> QHBoxLayout:
    """Parts beside one another, from the left.

    Args:
        parts: What stands there.
        of: The widget that they fill; without one the row is a part of something else.
        gap: Between them, device-independent pixels; the style's own where nothing is said.
        edge: Around them; the style's own where nothing is said, none inside something else.
    """
    return _filled(QHBoxLayout(of) if of is not None else QHBoxLayout(), parts, gap, edge)


def in_column(
    *parts: Part, of: QWidget | None = None, gap: int | None = None, edge: Edge | None = None
) -> QVBoxLayout:
    """Parts below one another, from the top; arguments as of `in_row`."""
    return _filled(QVBoxLayout(of) if of is not None else QVBoxLayout(), parts, gap, edge)


def _filled(line: Line, parts: tuple[Part, ...], gap: int | None, edge: Edge | None) -> Line:
    if gap is not None:
        line.setSpacing(gap)
    if edge is not None:
        line.setContentsMargins(*(edge if isinstance(edge, tuple) else (edge,) * 4))
    for part in parts:
        if isinstance(part, int):
            line.addStretch(part)
            continue
        thing, share = part if isinstance(part, tuple) else (part, 0)
        if isinstance(thing, QLayout):
            line.addLayout(thing, share)
        else:
            line.addWidget(thing, share)
    return line


def segment(
    words: str, meaning: str, of: QWidget, focus: Qt.FocusPolicy = Qt.FocusPolicy.TabFocus
) -> QPushButton:
    """A button that stays down: one of several, of which one is chosen.

    Args:
        words: On it.
        meaning: For those who hear the window.
        of: Qt's owner.
        focus: How it takes the keyboard.
    """
    button = QPushButton(words, of)
    button.setCheckable(True)
    button.setProperty("tone", "segment")
    button.setAccessibleName(meaning)
    button.setFocusPolicy(focus)
    return button


def progress_bar(name: str, of: QWidget) -> QProgressBar:
    """A bar without words on it; they stand beside it.

    Args:
        name: For those who hear the window.
        of: Qt's owner.
    """
    bar = QProgressBar(of)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar


def keep_place(widget: QWidget, *, kept: bool) -> None:
    """Lets a widget keep its place while it is hidden, or no longer."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(kept)
    widget.setSizePolicy(policy)


def two_lines(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """A name on one or two lines, broken between words, each shortened in the middle if need be."""
    if metrics.horizontalAdvance(text) <= width:
        return [text]
    words = text.split(" ")
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    if not breaks:
        return [metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)]
    # What stands in brackets belongs together; else the longer line is to be short.
    first, rest = min(
        breaks,
        key=lambda pair: (
            max(metrics.horizontalAdvance(line) for line in pair) > width,
            not pair[1].startswith("("),
            max(metrics.horizontalAdvance(line) for line in pair),
        ),
    )
    return [metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, width) for line in (first, rest)]
