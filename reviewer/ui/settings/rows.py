"""One setting as a row of the settings page: its name, how it is set, and a word about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias, assert_never

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from reviewer.ui.settings.fields import Choice, Field, Number, Switch, Text
from reviewer.ui.widgets.parts import text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

Value: TypeAlias = str | int | float | bool

HOLDS = "holds"
"""Qt's property of a line of text that keeps what is in force."""


class SettingRows(QWidget):
    """The settings of one section.

    Attributes:
        changed: Emitted with a setting's name and its new value.
    """

    changed = Signal(str, object)

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        """Makes a row for every setting; hand their values in with `show_values`."""
        super().__init__(parent)
        self._editors: dict[str, QWidget] = {}
        self._calm = _Calm(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        for number, field in enumerate(fields):
            self._add(grid, 2 * number, field)

    def _add(self, grid: QGridLayout, row: int, field: Field) -> None:
        editor = self._editor(field)
        editor.setObjectName(field.name)
        editor.setAccessibleName(field.title)
        editor.setAccessibleDescription(field.hint)
        editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.installEventFilter(self._calm)
        self._editors[field.name] = editor
        title = text_label("" if isinstance(field, Switch) else field.title, of=self, wrap=True)
        title.setBuddy(editor)
        grid.addWidget(title, row, 0)
        grid.addWidget(editor, row, 1, Qt.AlignmentFlag.AlignLeft)
        hint = text_label(field.hint, "muted", of=self, wrap=True)
        hint.setVisible(bool(field.hint))
        grid.addWidget(hint, row + 1, 1)
        # The word belongs to the row above it: the next begins some way off.
        hint.setContentsMargins(0, 0, 0, self.fontMetrics().height() // 2)
        grid.setRowMinimumHeight(row + 1, self.fontMetrics().height() // 2)

    def _editor(self, field: Field) -> QWidget:
        match field:
            case Text():
                line = QLineEdit(self)
                line.setMinimumWidth(self.fontMetrics().averageCharWidth() * 32)
                line.editingFinished.connect(partial(self._text_set, field.name, line))
                return line
            case Number():
                return self._number(field)
            case Switch():
                box = QCheckBox(field.title, self)
                box.toggled.connect(partial(self.changed.emit, field.name))
                return box
            case Choice():
                choice = QComboBox(self)
                for value, words in field.options:
                    choice.addItem(words, value)
                choice.currentIndexChanged.connect(partial(self._chosen, field.name, choice))
                return choice
            case _:
                assert_never(field)

    def _number(self, field: Number) -> QWidget:
        box: QSpinBox | QDoubleSpinBox
        if field.is_whole:
            box = QSpinBox(self)
            box.setRange(int(field.least), int(field.most))
            box.setSingleStep(int(field.step))
        else:
            box = QDoubleSpinBox(self)
            box.setDecimals(3)
            box.setRange(field.least, field.most)
            box.setSingleStep(field.step)
        # The style sheet's padding does not reach the text of a number.
        box.lineEdit().setTextMargins(8, 0, 0, 0)
        box.setSuffix(field.unit)
        box.setSpecialValueText(field.zero)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(partial(self.changed.emit, field.name))
        return box

    def show_values(self, settings: object) -> None:
        """Shows the settings as they are; nothing is emitted."""
        for name, editor in self._editors.items():
            value = getattr(settings, name)
            editor.blockSignals(True)
            _show(editor, value)
            editor.blockSignals(False)

    def _text_set(self, name: str, line: QLineEdit) -> None:
        text = line.text().strip()
        if not text:
            # Nothing is no value: the field shows what holds.
            line.setText(str(line.property(HOLDS) or ""))
        elif line.isModified():
            line.setModified(False)
            line.setProperty(HOLDS, text)
            self.changed.emit(name, text)

    def _chosen(self, name: str, choice: QComboBox, index: int) -> None:
        self.changed.emit(name, choice.itemData(index))


class _Calm(QObject):
    """Keeps the wheel from changing a setting that one only scrolls over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


def _show(editor: QWidget, value: Value) -> None:
    if isinstance(editor, QLineEdit):
        editor.setText(str(value))
        editor.setProperty(HOLDS, str(value))
    elif isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, QSpinBox):
        editor.setValue(int(value))
    elif isinstance(editor, QDoubleSpinBox):
        editor.setValue(float(value))
    elif isinstance(editor, QComboBox):
        at = editor.findData(value)
        if at < 0:
            # A value from the file that is none of the usual ones is kept and shown.
            editor.addItem(str(value), value)
            at = editor.count() - 1
        editor.setCurrentIndex(at)
