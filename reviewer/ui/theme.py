"""How the window looks: neutral greys round the picture, colour only where it means something.

There are three looks: dark, light, and one of high contrast. Which one is in use is kept by Qt, as
the application's palette: whatever paints asks `look()` each time it paints, and so follows a
change at once. Every text colour stands at 4.5:1 or better on the grounds it is used on (WCAG 2.2,
1.4.3), at high contrast at 7:1 (1.4.6), frames that show the focus at 3:1 (1.4.11); a test measures
all of it. Category hues are those that booru users know: general blue, artist red, copyright
purple, character green, meta orange.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QStyleFactory

from reviewer.core.types import Answer, Category
from reviewer.core.visible import visible
from reviewer.ui.style_sheet import style_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QApplication, QWidget


class Theme(StrEnum):
    """What a person can choose; the values stand in the settings."""

    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one look, each "#rrggbb", and one icon.

    Attributes:
        canvas: Behind the picture.
        ground: Behind panels.
        raised: Buttons, cells, fields.
        hover, line, selected: Under the pointer; between things; behind what is chosen.
        text, muted, disabled: Words; quieter words; words of what cannot be used now.
        accent, accent_hover, on_accent: Focus, progress, the chosen row: the one warm colour of the
            frame; the same under the pointer; words on it.
        handle, handle_hover: Of scroll bars.
        error_ground, error_text, error_line: Of a notice that something went wrong.
        warning_ground, warning_text, warning_line: Of one that something should be known.
        categories: Of tags, beside the category's word.
        check: Name of the icon that ticks a box of the accent's colour.
        answers: Beside the answer's word, never instead of it; apart in lightness and for
            colour-blind eyes.
    """

    canvas: str
    ground: str
    raised: str
    hover: str
    line: str
    selected: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    handle: str
    handle_hover: str
    error_ground: str
    error_text: str
    error_line: str
    warning_ground: str
    warning_text: str
    warning_line: str
    check: str
    categories: Mapping[Category, str]
    answers: Mapping[Answer, str]


DARK = Look(
    canvas="#161616",
    ground="#1f1f1f",
    raised="#2a2a2a",
    hover="#343434",
    line="#3a3a3a",
    selected="#3a3325",
    text="#e9e9e9",
    muted="#a9a9a9",
    disabled="#7b7b7b",
    accent="#e8b75c",
    accent_hover="#f2c877",
    on_accent="#1a1508",
    handle="#4a4a4a",
    handle_hover="#5c5c5c",
    error_ground="#4b2426",
    error_text="#ffd4d2",
    error_line="#7d3b3e",
    warning_ground="#453a20",
    warning_text="#ffe6ae",
    warning_line="#6b5a2c",
    check="check-dark",
    categories=MappingProxyType(
        {
            Category.GENERAL: "#5bb8f5",
            Category.ARTIST: "#ff8f8f",
            Category.COPYRIGHT: "#cfa3ff",
            Category.CHARACTER: "#52cf66",
            Category.META: "#f5b64a",
        }
    ),
    answers=MappingProxyType(
        {Answer.YES: "#7fd1e0", Answer.NO: "#f2a57c", Answer.UNSURE: "#b9b9b9"}
    ),
)
LIGHT = Look(
    canvas="#dedede",
    ground="#f2f2f2",
    raised="#fdfdfd",
    hover="#e4e4e4",
    line="#bdbdbd",
    selected="#f3e2ba",
    text="#1b1b1b",
    muted="#545454",
    disabled="#7b7b7b",
    accent="#7d5200",
    accent_hover="#946200",
    on_accent="#ffffff",
    handle="#a8a8a8",
    handle_hover="#8c8c8c",
    error_ground="#fbdcda",
    error_text="#6d1114",
    error_line="#d49a98",
    warning_ground="#fbeec8",
    warning_text="#553c00",
    warning_line="#d3b86a",
    check="check-light",
    categories=MappingProxyType(
        {
            Category.GENERAL: "#005a97",
            Category.ARTIST: "#a81f26",
            Category.COPYRIGHT: "#6f35a8",
            Category.CHARACTER: "#12602a",
            Category.META: "#7c4a00",
        }
    ),
    answers=MappingProxyType(
        {Answer.YES: "#005f6d", Answer.NO: "#8c3c07", Answer.UNSURE: "#4f4f4f"}
    ),
)
CONTRAST = Look(
    canvas="#000000",
    ground="#000000",
    raised="#0d0d0d",
    hover="#2b2b2b",
    line="#757575",
    selected="#3d3300",
    text="#ffffff",
    muted="#e4e4e4",
    disabled="#a8a8a8",
    accent="#ffd84d",
    accent_hover="#ffe88f",
    on_accent="#000000",
    handle="#9a9a9a",
    handle_hover="#ffffff",
    error_ground="#4a0006",
    error_text="#ffffff",
    error_line="#ff9d9d",
    warning_ground="#332a00",
    warning_text="#ffffff",
    warning_line="#ffd84d",
    check="check-dark",
    categories=MappingProxyType(
        {
            Category.GENERAL: "#7fd0ff",
            Category.ARTIST: "#ffb3b3",
            Category.COPYRIGHT: "#e0c2ff",
            Category.CHARACTER: "#7df08f",
            Category.META: "#ffcc70",
        }
    ),
    answers=MappingProxyType(
        {Answer.YES: "#8fe9ff", Answer.NO: "#ffbf94", Answer.UNSURE: "#e0e0e0"}
    ),
)
LOOKS = (DARK, LIGHT, CONTRAST)

POINT = 96 / 72 if sys.platform == "darwin" else 1.0
"""A Mac counts 72 points to the inch that others count 96 pixels to: text of as many points is
smaller there by a quarter."""
FONT_POINTS = 10.0 * POINT
"""Size of the text at 100 %."""
TEXT_SIZES = (100, 125, 150, 175, 200)
"""Sizes of the text that can be chosen, per cent."""
_WORDY = re.compile(r"[^\W_]{2}")


def look() -> Look:
    """The colours in use now."""
    ground = QGuiApplication.palette().window().color().name()
    return next((known for known in LOOKS if known.ground == ground), DARK)


def scaled(length: float) -> float:
    """A length that grows with the text, as it is at the size of text that is set.

    Args:
        length: At 100 %.
    """
    return length * QGuiApplication.font().pointSizeF() / FONT_POINTS


def points(usual: float) -> float:
    """What to ask a font for, so that it is as large as so many points at 96 pixels an inch.

    Args:
        usual: At 100 %.
    """
    return scaled(usual) * POINT


def shown_name(name: str) -> str:
    """A tag's name as people read it: spaces for underscores, kaomoji left alone.

    What would turn the line round is written out (`core/visible.py`).
    """
    return visible(name.replace("_", " ") if _WORDY.search(name) else name)


def category_colour(category: Category) -> QColor:
    """The colour that a tag of a category is written in."""
    return QColor(look().categories[category])


def answer_colour(answer: Answer) -> QColor:
    """The colour that an answer is written in."""
    return QColor(look().answers[answer])


def set_tone(widget: QWidget, tone: str) -> None:
    """Changes which rule of the style sheet a widget follows, if it differs."""
    if widget.property("tone") != tone:
        widget.setProperty("tone", tone)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def apply_theme(app: QApplication, theme: Theme = Theme.DARK, percent: int = 100) -> None:
    """Gives the application its style, palette, font and style sheet; windows follow at once.

    Args:
        app: The application.
        theme: Which look; that of the system is asked for now.
        percent: Size of the text, per cent of the usual.
    """
    chosen = _chosen(theme)
    sheet = style_sheet(chosen, percent / 100, POINT)
    wanted = FONT_POINTS * percent / 100
    if _is_dressed(app, chosen, sheet, wanted):
        return
    if not app.styleSheet():
        # Later the style has no name: the sheet stands before it.
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(_palette(chosen))
    font = QFont(app.font())
    font.setPointSizeF(wanted)
    app.setFont(font)
    app.setStyleSheet(sheet)


def _is_dressed(app: QApplication, chosen: Look, sheet: str, points: float) -> bool:
    """Whether the application looks so already; to dress it again costs as much as at first."""
    ground = app.palette().color(QPalette.ColorRole.Window)
    return (
        app.styleSheet() == sheet
        and app.font().pointSizeF() == points
        and ground == QColor(chosen.ground)
    )


def _chosen(theme: Theme) -> Look:
    """The look that a person chose, or that the system has."""
    own = {Theme.DARK: DARK, Theme.LIGHT: LIGHT, Theme.CONTRAST: CONTRAST}
    if theme in own:
        return own[theme]
    hints = QGuiApplication.styleHints()
    # Qt tells it from 6.10 on.
    accessible = hints.accessibility() if hasattr(hints, "accessibility") else None
    if accessible and accessible.contrastPreference() == Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return LIGHT if hints.colorScheme() == Qt.ColorScheme.Light else DARK


def _palette(look: Look) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, look.ground),
        (role.WindowText, look.text),
        (role.Base, look.ground),
        (role.AlternateBase, look.raised),
        (role.ToolTipBase, look.raised),
        (role.ToolTipText, look.text),
        (role.Text, look.text),
        (role.Button, look.raised),
        (role.ButtonText, look.text),
        (role.BrightText, look.text),
        (role.Link, look.accent),
        (role.Highlight, look.selected),
        (role.HighlightedText, look.text),
        (role.PlaceholderText, look.muted),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(look.disabled))
    return palette
