"""How the window looks: neutral dark greys round the picture, colour only where it means something.

Every text colour stands at 4.5:1 or better on the grounds it is used on (WCAG 2.2, 1.4.3); a test
measures it. Category hues are those that booru users know: general blue, artist red, copyright
purple, character green, meta orange.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QStyleFactory

from reviewer.core.types import Answer, Category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QApplication, QWidget

CANVAS = "#161616"
"""Behind the picture."""
GROUND = "#1f1f1f"
"""Behind panels."""
RAISED = "#2a2a2a"
"""Buttons, cells, fields."""
HOVER = "#343434"
LINE = "#3a3a3a"
TEXT = "#e9e9e9"
MUTED = "#a9a9a9"
ACCENT = "#e8b75c"
"""Focus, progress, the chosen row: the one warm colour of the frame."""
SELECTED = "#3a3325"
ERROR_GROUND = "#4b2426"
ERROR_TEXT = "#ffd4d2"
WARNING_GROUND = "#453a20"
WARNING_TEXT = "#ffe6ae"

CATEGORY_COLOURS: Mapping[Category, str] = MappingProxyType(
    {
        Category.GENERAL: "#5bb8f5",
        Category.ARTIST: "#ff8f8f",
        Category.COPYRIGHT: "#cfa3ff",
        Category.CHARACTER: "#52cf66",
        Category.META: "#f5b64a",
    }
)
ANSWER_COLOURS: Mapping[Answer, str] = MappingProxyType(
    {Answer.YES: "#7fd1e0", Answer.NO: "#f2a57c", Answer.UNSURE: "#b9b9b9"}
)
"""Beside the answer's word, never instead of it; apart in lightness and for colour-blind eyes."""

FONT_POINTS = 10.0
_WORDY = re.compile(r"[^\W_]{2}")


def shown_name(name: str) -> str:
    """A tag's name as people read it: spaces for underscores, kaomoji left alone."""
    return name.replace("_", " ") if _WORDY.search(name) else name


def category_colour(category: Category) -> QColor:
    """The colour that a tag of a category is written in."""
    return QColor(CATEGORY_COLOURS[category])


def set_tone(widget: QWidget, tone: str) -> None:
    """Changes which rule of the style sheet a widget follows, if it differs."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def apply_theme(app: QApplication) -> None:
    """Gives the application its style, palette, font and style sheet."""
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette())
    font = QFont(app.font())
    font.setPointSizeF(FONT_POINTS)
    app.setFont(font)
    app.setStyleSheet(STYLE_SHEET)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, GROUND),
        (role.WindowText, TEXT),
        (role.Base, GROUND),
        (role.AlternateBase, RAISED),
        (role.ToolTipBase, RAISED),
        (role.ToolTipText, TEXT),
        (role.Text, TEXT),
        (role.Button, RAISED),
        (role.ButtonText, TEXT),
        (role.BrightText, "#ffffff"),
        (role.Link, ACCENT),
        (role.Highlight, SELECTED),
        (role.HighlightedText, TEXT),
        (role.PlaceholderText, MUTED),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor("#7b7b7b"))
    return palette


STYLE_SHEET = f"""
QWidget {{ color: {TEXT}; }}
QMainWindow, QStackedWidget {{ background: {GROUND}; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QLabel[tone="muted"] {{ color: {MUTED}; }}
QLabel[tone="alarm"] {{
    color: {ERROR_TEXT}; background: {ERROR_GROUND}; font-weight: 600; padding: 0 6px;
}}
QLabel[tone="heading"] {{ color: {MUTED}; font-weight: 600; }}
QLabel[tone="title"] {{ font-size: 26pt; font-weight: 600; }}
QLabel[tone="lead"] {{ font-size: 12pt; color: {MUTED}; }}
QLabel[tone="page"] {{ font-size: 17pt; font-weight: 600; }}

QPushButton {{
    background: {RAISED}; border: 1px solid {LINE}; border-radius: 5px; padding: 6px 14px;
}}
QPushButton:hover {{ background: {HOVER}; }}
QPushButton:pressed {{ background: {LINE}; }}
QPushButton:focus {{ border: 1px solid {ACCENT}; }}
QPushButton:disabled {{ color: #7b7b7b; background: {GROUND}; }}
QPushButton:checked {{ background: {SELECTED}; border: 1px solid {ACCENT}; }}
QPushButton[tone="primary"] {{
    background: {ACCENT}; color: #1a1508; border: 1px solid {ACCENT}; font-weight: 600;
}}
QPushButton[tone="primary"]:hover {{ background: #f2c877; }}
QPushButton[tone="primary"]:focus {{ border: 2px solid {TEXT}; }}
QPushButton[tone="primary"]:disabled {{
    background: {RAISED}; color: #7b7b7b; border: 1px solid {LINE};
}}
QPushButton[tone="segment"] {{ padding: 3px 8px; border-radius: 4px; }}

QLineEdit {{
    background: {RAISED}; border: 1px solid {LINE}; border-radius: 5px; padding: 5px 8px;
    selection-background-color: {ACCENT}; selection-color: #1a1508;
}}
QLineEdit:focus {{ border: 1px solid {ACCENT}; }}

QListView, QPlainTextEdit {{
    background: {GROUND}; border: none; outline: none;
    selection-background-color: {SELECTED}; selection-color: {TEXT};
}}
QListView[tone="framed"], QPlainTextEdit {{
    background: {CANVAS}; border: 1px solid {LINE}; border-radius: 6px; padding: 4px;
}}
QListView[tone="framed"]:focus, QPlainTextEdit:focus {{ border: 1px solid {ACCENT}; }}
QScrollArea {{ border: none; background: transparent; }}

QProgressBar {{
    background: {CANVAS}; border: none; border-radius: 4px; min-height: 8px; max-height: 8px;
}}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 4px; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: #4a4a4a; border-radius: 4px; min-height: 28px; min-width: 28px; }}
QScrollBar::handle:hover {{ background: #5c5c5c; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QFrame#sidePanel {{ background: {GROUND}; }}
QFrame#bottomPanel {{ background: {GROUND}; border-top: 1px solid {LINE}; }}
QFrame#card {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 8px; }}
QFrame#notice[kind="info"] {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 6px; }}
QFrame#notice[kind="warning"] {{
    background: {WARNING_GROUND}; border: 1px solid #6b5a2c; border-radius: 6px;
}}
QFrame#notice[kind="error"] {{
    background: {ERROR_GROUND}; border: 1px solid #7d3b3e; border-radius: 6px;
}}
QFrame#notice[kind="warning"] QLabel {{ color: {WARNING_TEXT}; }}
QFrame#notice[kind="error"] QLabel {{ color: {ERROR_TEXT}; }}
"""
