"""The jobs: what runs now, what can be started, what was done, and what it brought."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from reviewer.core.commands import View, commands_in
from reviewer.ui.jobs.runner import Job, JobRunner, JobState
from reviewer.ui.jobs.stage_words import stage_words
from reviewer.ui.jobs.version_list import VersionList
from reviewer.ui.jobs.words import outcome
from reviewer.ui.keys.actions import KeyMap
from reviewer.ui.widgets.parts import in_column, in_row, on_button, progress_bar, text_label
from reviewer.ui.widgets.scrolled import ScrolledColumn
from reviewer.ui.words import duration, progress_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent

    from reviewer.core.commands import Command
    from reviewer.store.versions import VersionInfo

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
TICK_MS = 1000
WIDTH = 860
RUN = "Jobs run beside the review, one at a time, at low priority."

CHOICES: tuple[tuple[str, str, str], ...] = (
    ("Refresh", "refresh", "Learn from the answers in seconds, then rank again"),
    ("Rank", "rank", "Rank the questions again from the scores there are"),
    ("Scan", "scan", "Run the active tagger over images that it has not seen"),
    ("Train", "train", "Train a tagger on the tags of this collection"),
    ("Retrain", "retrain", "Train the tagger further on your answers; minutes to hours"),
    ("Explain", "explain", "Work out where the tagger sees the tags that are asked next"),
)
"""Title, command and meaning of what can be started."""
RANK = "rank"
ORDERS: tuple[tuple[str, str], ...] = (
    ("errors", "the likeliest errors first"),
    ("value", "most fixes a minute first"),
    ("learning", "what the tagger learns most from first"),
    ("rare", "errors of rare tags first"),
    ("uncertainty", "the least sure first"),
    ("random", "at random"),
)
"""Orders of questions with their words, the usual one first."""


class JobsPage(QWidget):
    """Starts, shows and stops jobs.

    Attributes:
        closed: Back to the review.
        wanted: Emitted with the title and the words of the command of a job to start.
        folder_wanted: The same of a job whose last word is the folder of the images.
        write_back_wanted: The page of write-back is to be opened.
    """

    closed = Signal()
    wanted = Signal(str, object)
    folder_wanted = Signal(str, object)
    write_back_wanted = Signal()

    def __init__(self, runner: JobRunner, keys: KeyMap, parent: QWidget | None = None) -> None:
        """Shows the jobs of a runner."""
        super().__init__(parent)
        self._runner = runner
        self._keys = keys
        self._listed: list[JobState] = []
        self._lines: dict[Job, QLabel] = {}
        self.setAccessibleName("Jobs")
        self._title = text_label("Nothing runs at the moment")
        self._bar = progress_bar("Progress of the job", self)
        self._figures = text_label(tone="muted", wrap=True)
        self._stop = QPushButton("Stop", self)
        self._stop.clicked.connect(self._cancel)
        self._again = QPushButton("Start again", self)
        self._again.setToolTip("It goes on where it was")
        self._again.clicked.connect(self._start_again)
        self._log = QPlainTextEdit(self)
        self._log.setReadOnly(True)
        self._log.setAccessibleName("What the job says")
        self._versions = VersionList(self)
        self._versions.use_wanted.connect(self._use)
        self._history = in_column(gap=6)
        self._lay_out()
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._show_now)
        runner.changed.connect(self._changed)

    def _lay_out(self) -> None:
        column = in_column(gap=14, edge=(24, 24, 24, 16))
        head = QHBoxLayout()
        title = text_label("Jobs", "page")
        back = QPushButton("Back  (Esc)", self)
        back.clicked.connect(self.closed)
        head.addWidget(title, 1)
        head.addWidget(back)
        column.addLayout(head)
        column.addWidget(self._running_card())
        column.addLayout(self._choices())
        column.addWidget(text_label("Tagger versions", "heading"))
        column.addWidget(self._versions)
        column.addWidget(text_label("Jobs of this sitting", "heading"))
        column.addLayout(self._history)
        column.addStretch(1)
        in_column(ScrolledColumn(column, WIDTH, self), of=self, edge=0)

    def _running_card(self) -> QFrame:
        card = QFrame(self)
        card.setObjectName("card")
        inside = in_column(of=card, gap=8, edge=(18, 14, 18, 14))
        first = in_row((self._title, 1), self._again, self._stop)
        inside.addLayout(first)
        inside.addWidget(self._bar)
        inside.addWidget(self._figures)
        self._log.setFixedHeight(self.fontMetrics().height() * 8)
        inside.addWidget(self._log)
        return card

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (title, command, meaning) in enumerate(CHOICES):
            button = QPushButton(title, self)
            button.setAccessibleName(f"{title}: {meaning}")
            grid.addWidget(button, row, 0)
            if command == RANK:
                grid.addLayout(self._ranking_row(meaning), row, 1)
                button.clicked.connect(
                    lambda: self.wanted.emit("Rank", (RANK, "--order", self._order.currentData()))
                )
            else:
                button.clicked.connect(partial(self.wanted.emit, title, (command,)))
                grid.addWidget(text_label(meaning, "muted", wrap=True), row, 1)
        others: tuple[tuple[str, str, Callable[[], None]], ...] = (
            (
                "Write back",
                "See what your answers change where the metadata live, and send it",
                self.write_back_wanted.emit,
            ),
            (
                f"Bring a tagger{ELLIPSIS}",
                "Use a tagger that you have (WD, JoyTag, Camie and others): scan and rank with it",
                self._bring,
            ),
            (
                "Look for changes",
                "Take in images and tags that are new or changed in the folder, scan and rank them",
                partial(self.folder_wanted.emit, "Look for changes", ("open", "--no-window")),
            ),
            (
                f"Tag lists{ELLIPSIS}",
                "Take in files with tags, aliases and implications: CSV, JSON",
                partial(self._take_in, "Tag lists", "--tag-list"),
            ),
            (
                f"Definitions{ELLIPSIS}",
                "Take in what tags mean from dumps of a wiki: CSV, JSON",
                partial(self._take_in, "Definitions", "--definitions"),
            ),
        )
        for row, (title, meaning, act) in enumerate(others, len(CHOICES)):
            button = QPushButton(title, self)
            button.setAccessibleName(f"{title.removesuffix(ELLIPSIS)}: {meaning}")
            button.clicked.connect(act)
            grid.addWidget(button, row, 0)
            grid.addWidget(text_label(meaning, "muted", wrap=True), row, 1)
        return grid

    def _ranking_row(self, meaning: str) -> QHBoxLayout:
        """What ranking does, and in which order the questions come then."""
        self._order = QComboBox(self)
        self._order.setAccessibleName("Order of the questions")
        self._order.setToolTip("Kept for the rankings that follow, the window's own among them")
        for name, words in ORDERS:
            self._order.addItem(words, name)
        return in_row((text_label(meaning, "muted", wrap=True), 1), self._order, gap=8)

    def _bring(self) -> None:
        """Has the folder of a tagger chosen, and starts with it."""
        chosen = QFileDialog.getExistingDirectory(
            self, "The folder of the tagger", str(Path.home())
        )
        if chosen:
            self.wanted.emit("Bring a tagger", ("bring", chosen, "--ask"))

    def _take_in(self, title: str, option: str) -> None:
        """Has files about tags chosen, and takes them in with what changed in the folder."""
        chosen, _ = QFileDialog.getOpenFileNames(
            self, title, str(Path.home()), "Lists (*.csv *.json *.jsonl)"
        )
        if chosen:
            words = ["import", *(word for file in chosen for word in (option, file))]
            self.folder_wanted.emit(title, tuple(words))

    def open(self, versions: Sequence[VersionInfo], order: str = "") -> None:
        """Shows the state of now, and keeps it fresh while it is seen.

        Args:
            versions: The tagger versions of the collection, oldest first.
            order: How its questions are ranked; empty to leave what is chosen.
        """
        if order:
            self._order.setCurrentIndex(self._order.findData(order))
        self._versions.show_versions(versions)
        self._show_now()
        self._list_history()
        self._tick.start()
        self.setFocus()

    def bind(self, commands: tuple[Command, ...]) -> None:
        """Takes the command table with the person's keys."""
        self._keys = KeyMap(QGuiApplication.platformName(), commands_in(View.SINGLE, commands))

    def close_page(self) -> None:
        """Stops refreshing and goes back."""
        self._tick.stop()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that open and leave also close the page."""
        found = self._keys.find(event)
        if found is not None and found.id in {"jobs", "leave"}:
            self.close_page()
        else:
            super().keyPressEvent(event)

    def _changed(self, _job: Job) -> None:
        if self.isVisible():
            self._show_now()
            if self._listed != self._states():
                self._list_history()

    def _show_now(self) -> None:
        job = self._runner.running
        cut_off = cut_off_last(self._runner.jobs) if job is None else None
        self._again.setVisible(cut_off is not None)
        if cut_off is not None:
            self._again.setText(on_button(f"Start again: {cut_off.title}"))
        self._stop.setVisible(job is not None)
        self._bar.setVisible(job is not None)
        if job is None:
            self._title.setText("Nothing runs at the moment")
            last = self._runner.jobs[-1] if self._runner.jobs else None
            self._figures.setText(RUN if last is None else _line(last))
        else:
            self._show_running(job)
        self._show_log(job or (self._runner.jobs[-1] if self._runner.jobs else None))

    def _show_running(self, job: Job) -> None:
        progress = job.progress
        stage = progress.stage if progress is not None else ""
        same = stage.lower() == job.title.lower()
        self._title.setText(
            job.title if same or not stage else f"{job.title}: {stage_words(stage)}"
        )
        self._bar.setRange(0, progress.total if progress is not None else 0)
        self._bar.setValue(progress.done if progress is not None else 0)
        words = [progress_line(progress)] if progress is not None else []
        words.append(f"{duration(job.seconds)} so far")
        self._figures.setText("  \N{MIDDLE DOT}  ".join(word for word in words if word))
        self._stop.setEnabled(job.state is JobState.RUNNING)
        if job in self._lines:
            self._lines[job].setText(_line(job))

    def _show_log(self, job: Job | None) -> None:
        text = "" if job is None else "\n".join([*job.notes, *list(job.log)[-40:]])
        self._log.setVisible(bool(text))
        if text != self._log.toPlainText():
            self._log.setPlainText(text)
            bar = self._log.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _states(self) -> list[JobState]:
        return [job.state for job in self._runner.jobs]

    def _list_history(self) -> None:
        self._listed = self._states()
        while (item := self._history.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._lines = {}
        if not self._runner.jobs:
            self._history.addWidget(text_label("No job was started yet.", "muted", wrap=True))
        for job in reversed(self._runner.jobs):
            line = self._lines[job] = text_label(_line(job), wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._history.addWidget(line)

    def _use(self, name: str) -> None:
        self.wanted.emit(f"Use {name}", ("versions", "--use", name))

    def _start_again(self) -> None:
        job = cut_off_last(self._runner.jobs)
        if job is not None and self._runner.running is None:
            self._runner.start(job.title, job.command)

    def _cancel(self) -> None:
        if self._runner.running is not None:
            self._runner.cancel(self._runner.running)


def cut_off_last(jobs: Sequence[Job]) -> Job | None:
    """The last job that a person wanted and that did not get to its end, nor since then.

    Args:
        jobs: Oldest first.
    """
    since: set[str] = set()
    for job in reversed(jobs):
        cut_off = job.state in (JobState.FAILED, JobState.CANCELLED, JobState.CUT_OFF)
        if cut_off and not job.gives_way and job.title not in since:
            return job
        since.add(job.title)
    return None


def _line(job: Job) -> str:
    return f"{job.title}: {outcome(job)}"
