"""The tagger versions of a collection: which is in use, how good each is, and going back to one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from reviewer.ui.widgets.parts import text_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reviewer.store.versions import VersionInfo

SHOWN = 6


def version_facts(version: VersionInfo) -> str:
    """Origin and figures of a version, in one line."""
    made = dt.datetime.fromtimestamp(version.created_at / 1000).astimezone()
    parts = [made.strftime("%Y-%m-%d %H:%M")]
    if version.backbone:
        parts.append(version.backbone)
    parts.append(f"{version.n_tags:,} tags")
    parts += [f"{name} {value:.3f}" for name, value in version.metrics.items()]
    if version.parent:
        parts.append(f"trained on from {version.parent}")
    return "  \N{MIDDLE DOT}  ".join(parts)


class VersionList(QWidget):
    """The newest versions, one a row.

    Attributes:
        use_wanted: Emitted with the name of a version to use from now on.
    """

    use_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begins empty."""
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)

    def show_versions(self, versions: Sequence[VersionInfo]) -> None:
        """Lists versions, given oldest first."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not versions:
            self._grid.addWidget(text_label("No tagger was trained yet.", "muted"), 0, 0, 1, 4)
        for row, version in enumerate(list(reversed(versions))[:SHOWN]):
            self._add(row, version)

    def _add(self, row: int, version: VersionInfo) -> None:
        name = text_label(version.name, of=self)
        self._grid.addWidget(name, row, 0)
        in_use = version.state == "active"
        self._grid.addWidget(
            text_label("in use" if in_use else str(version.state), "muted"), row, 1
        )
        self._grid.addWidget(text_label(version_facts(version), "muted", wrap=True), row, 2)
        if not in_use:
            button = QPushButton("Use", self)
            button.setProperty("tone", "segment")
            button.setAccessibleName(f"Use version {version.name}")
            button.setToolTip("Rank the questions with this version from now on")
            button.clicked.connect(partial(self.use_wanted.emit, version.name))
            self._grid.addWidget(button, row, 3)
