"""The style sheet of the window, made from the colours of a look and the size of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.assets import asset

if TYPE_CHECKING:
    from reviewer.ui.theme import Look


def style_sheet(look: Look, scale: float = 1.0, point: float = 1.0) -> str:
    """The whole sheet.

    Args:
        look: The colours.
        scale: Of the text; 1 for the usual size.
        point: Points of this system to one of 96 pixels an inch.
    """
    parts = (_words(look, scale * point), _buttons(look, scale), _fields(look, scale), _lists(look))
    return "".join((*parts, _rest(look)))


def _picture(name: str) -> str:
    return asset(f"icons/{name}.svg").as_posix()


def _words(look: Look, scale: float) -> str:
    return f"""
QWidget {{ color: {look.text}; }}
QMainWindow, QStackedWidget {{ background: {look.ground}; }}
QToolTip {{
    background: {look.raised}; color: {look.text}; border: 1px solid {look.line}; padding: 4px;
}}
QLabel[tone="muted"] {{ color: {look.muted}; }}
QLabel[tone="alarm"] {{
    color: {look.error_text}; background: {look.error_ground}; font-weight: 600; padding: 0 6px;
}}
QLabel[tone="warning"] {{
    color: {look.warning_text}; background: {look.warning_ground}; padding: 2px 6px;
}}
QLabel[tone="heading"] {{ color: {look.muted}; font-weight: 600; }}
QLabel[tone="title"] {{ font-size: {26 * scale:g}pt; font-weight: 600; }}
QLabel[tone="lead"] {{ font-size: {12 * scale:g}pt; color: {look.muted}; }}
QLabel[tone="page"] {{ font-size: {17 * scale:g}pt; font-weight: 600; }}
QLabel[tone="section"] {{ font-size: {12 * scale:g}pt; font-weight: 600; }}
"""


def _buttons(look: Look, scale: float) -> str:
    side = round(15 * scale)
    return f"""
QPushButton {{
    background: {look.raised}; border: 1px solid {look.line}; border-radius: 5px; padding: 6px 14px;
    outline: none;
}}
QPushButton:hover {{ background: {look.hover}; }}
QPushButton:pressed {{ background: {look.line}; }}
QPushButton:focus {{ border: 1px solid {look.accent}; }}
QPushButton:disabled {{ color: {look.disabled}; background: {look.ground}; }}
QPushButton:checked {{ background: {look.selected}; border: 1px solid {look.accent}; }}
QPushButton[tone="primary"] {{
    background: {look.accent}; color: {look.on_accent}; border: 1px solid {look.accent};
    font-weight: 600;
}}
QPushButton[tone="primary"]:hover {{ background: {look.accent_hover}; }}
QPushButton[tone="primary"]:focus {{ border: 2px solid {look.text}; }}
QPushButton[tone="primary"]:disabled {{
    background: {look.raised}; color: {look.disabled}; border: 1px solid {look.line};
}}
QPushButton[tone="segment"] {{ padding: 3px 8px; border-radius: 4px; }}
QPushButton[tone="segment"]:focus {{ border: 1px solid {look.text}; }}
QPushButton[tone="key"] {{ padding: 2px 8px; border-radius: 4px; text-align: center; }}
QPushButton[tone="key"]:checked {{ border: 2px solid {look.accent}; }}
QToolButton {{
    background: {look.raised}; border: 1px solid {look.line}; border-radius: 4px; padding: 2px 6px;
}}
QToolButton:hover {{ background: {look.hover}; }}
QToolButton[tone="quiet"] {{
    background: transparent; border: 1px solid transparent; color: {look.muted};
}}
QToolButton[tone="quiet"]:hover {{ background: {look.hover}; color: {look.text}; }}
QToolButton:focus, QToolButton[tone="quiet"]:focus {{ border: 1px solid {look.accent}; }}
QCheckBox {{ spacing: 8px; padding: 3px; border: 1px solid transparent; border-radius: 4px; }}
QCheckBox:focus {{ border: 1px solid {look.accent}; }}
QCheckBox::indicator, QTableView::indicator {{
    width: {side}px; height: {side}px; background: {look.raised}; border: 1px solid {look.muted};
    border-radius: 3px;
}}
QCheckBox::indicator:checked, QTableView::indicator:checked {{
    background: {look.accent}; border: 1px solid {look.accent}; image: url({_picture(look.check)});
}}
"""


def _fields(look: Look, scale: float) -> str:
    side = round(14 * scale)
    return f"""
QLineEdit {{
    placeholder-text-color: {look.muted};
    background: {look.raised}; border: 1px solid {look.line}; border-radius: 5px; padding: 5px 8px;
    selection-background-color: {look.accent}; selection-color: {look.on_accent};
}}
QLineEdit:focus {{ border: 1px solid {look.accent}; }}
QSpinBox, QDoubleSpinBox, QComboBox {{
    background: {look.raised}; border: 1px solid {look.line}; border-radius: 5px; padding: 4px 8px;
    selection-background-color: {look.accent}; selection-color: {look.on_accent};
}}
QSpinBox, QDoubleSpinBox {{ padding-right: {side + 10}px; }}
QComboBox {{ padding-right: {side + 14}px; }}
QComboBox::drop-down {{ border: none; width: {side + 10}px; }}
QComboBox::down-arrow {{
    image: url({_picture("chevron-down")}); width: {side}px; height: {side}px;
}}
QSpinBox::up-button, QDoubleSpinBox::up-button {{
    subcontrol-origin: border; subcontrol-position: top right; border: none; width: {side + 8}px;
}}
QSpinBox::down-button, QDoubleSpinBox::down-button {{
    subcontrol-origin: border; subcontrol-position: bottom right; border: none;
    width: {side + 8}px;
}}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{
    image: url({_picture("chevron-up")}); width: {side}px; height: {side}px;
}}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{
    image: url({_picture("chevron-down")}); width: {side}px; height: {side}px;
}}
QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border: 1px solid {look.accent}; }}
QComboBox QAbstractItemView {{
    background: {look.raised}; border: 1px solid {look.line};
    selection-background-color: {look.selected}; selection-color: {look.text};
}}
QMenu {{ background: {look.raised}; border: 1px solid {look.line}; padding: 4px; }}
QMenu::item {{ padding: 5px 18px; border-radius: 4px; }}
QMenu::item:selected {{ background: {look.selected}; }}
QMenu::item:disabled {{ color: {look.disabled}; }}
QMenu::separator {{ height: 1px; background: {look.line}; margin: 4px 8px; }}
"""


def _lists(look: Look) -> str:
    return f"""
QListView, QPlainTextEdit, QTableView {{
    background: {look.ground}; border: none; outline: none;
    selection-background-color: {look.selected}; selection-color: {look.text};
}}
QListView[tone="framed"], QPlainTextEdit, QTableView[tone="framed"] {{
    background: {look.canvas}; border: 1px solid {look.line}; border-radius: 6px; padding: 4px;
}}
QListView[tone="framed"]:focus, QPlainTextEdit:focus, QTableView[tone="framed"]:focus {{
    border: 1px solid {look.accent};
}}
QHeaderView::section {{
    background: {look.ground}; color: {look.muted}; border: none;
    border-bottom: 1px solid {look.line}; padding: 4px 3px;
}}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget#scrolled {{ background: {look.ground}; }}
"""


def _rest(look: Look) -> str:
    return f"""
QProgressBar {{
    background: {look.canvas}; border: none; border-radius: 4px; min-height: 8px; max-height: 8px;
}}
QProgressBar::chunk {{ background: {look.accent}; border-radius: 4px; }}

QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{
    background: {look.handle}; border-radius: 4px; min-height: 28px; min-width: 28px;
}}
QScrollBar::handle:hover {{ background: {look.handle_hover}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QFrame#sidePanel {{ background: {look.ground}; }}
QFrame#bottomPanel {{ background: {look.ground}; border-top: 1px solid {look.line}; }}
QFrame#card {{ background: {look.raised}; border: 1px solid {look.line}; border-radius: 8px; }}
QFrame#notice[kind="info"] {{
    background: {look.raised}; border: 1px solid {look.line}; border-radius: 6px;
}}
QFrame#notice[kind="warning"] {{
    background: {look.warning_ground}; border: 1px solid {look.warning_line}; border-radius: 6px;
}}
QFrame#notice[kind="error"] {{
    background: {look.error_ground}; border: 1px solid {look.error_line}; border-radius: 6px;
}}
QFrame#notice[kind="warning"] QLabel {{ color: {look.warning_text}; }}
QFrame#notice[kind="error"] QLabel {{ color: {look.error_text}; }}
"""
