"""A job's events for people (a progress bar) and for programs (JSON lines)."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from reviewer.jobs.context import Listener

if TYPE_CHECKING:
    from reviewer.core.types import Progress as Event


class Output(Listener, AbstractContextManager["Output"], Protocol):
    """Where a command tells what it does."""

    def done(self, summary: dict[str, int | float | str]) -> None:
        """The command ended well."""

    def facts(self, summary: dict[str, int | float | str]) -> None:
        """The command ended well, and this is what it was asked for."""

    def error(self, message: str, exit_code: int) -> None:
        """The command cannot go on."""

    def table(self, lines: list[str]) -> None:
        """A result that a person reads as it stands."""


class JsonOutput:
    """One JSON object a line on standard output."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Writes to `stream`; standard output if none is given."""
        self._stream = stream or sys.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.flush()

    def progress(self, progress: Event) -> None:
        """`{"event": "progress", ...}`."""
        self._say(
            event="progress",
            stage=progress.stage,
            done=progress.done,
            total=progress.total,
            unit=progress.unit,
            rate=round(progress.rate, 2),
            note=progress.note,
        )

    def note(self, text: str) -> None:
        """`{"event": "note", "text": ...}`."""
        self._say(event="note", text=text)

    def done(self, summary: dict[str, int | float | str]) -> None:
        """`{"event": "done", "summary": {...}}`."""
        self._say(event="done", summary=summary)

    def facts(self, summary: dict[str, int | float | str]) -> None:
        """As `done`."""
        self.done(summary)

    def error(self, message: str, exit_code: int) -> None:
        """`{"event": "error", "message": ..., "exit_code": ...}`."""
        self._say(event="error", message=message, exit_code=exit_code)

    def table(self, lines: list[str]) -> None:
        """`{"event": "table", "lines": [...]}`."""
        self._say(event="table", lines=lines)

    def _say(self, **values: object) -> None:
        self._stream.write(json.dumps(values, ensure_ascii=False) + "\n")
        self._stream.flush()


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _figure(value: float | str) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _counted(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        rate = task.fields.get("rate", 0.0)
        return Text(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate else "")


class _LeftColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        seconds = task.fields.get("left")
        if seconds is None:
            return Text("")
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return Text(
            f"{hours}:{minutes:02}:{rest:02} left" if hours else f"{minutes}:{rest:02} left"
        )


class TerminalOutput:
    """Progress bars and plain words on standard error, results on standard output."""

    def __init__(self) -> None:
        """Begins without a bar."""
        # Without pictures for names between colons: ":o" followed by a colon is a tag.
        self._console = Console(stderr=True, highlight=False, emoji=False)
        self._results = Console(highlight=False, emoji=False)
        self._bars = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[count]:>20}"),
            _RateColumn(table_column=Column(no_wrap=True)),
            _LeftColumn(table_column=Column(no_wrap=True)),
            TextColumn(
                "{task.fields[note]}",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis"),
            ),
            console=self._console,
        )
        self._tasks: dict[str, TaskID] = {}
        self._finished: set[str] = set()
        self._drawing = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bars()

    def progress(self, progress: Event) -> None:
        """Moves the bar of the stage; where there is no terminal, nothing is drawn."""
        if not self._console.is_terminal:
            return
        if not self._drawing:
            self._bars.start()
            self._drawing = True
        known = f"{progress.done:,} of {progress.total:,} {progress.unit}"
        count = known if progress.total else f"{progress.done:,} {progress.unit}"
        restarted = progress.stage in self._finished and progress.done < progress.total
        if progress.stage not in self._tasks or restarted:
            self._tasks[progress.stage] = self._bars.add_task(
                progress.stage, count="", left=None, note=""
            )
            self._finished.discard(progress.stage)
        self._bars.update(
            self._tasks[progress.stage],
            completed=progress.done,
            total=progress.total or None,
            count=count,
            rate=progress.rate,
            left=progress.seconds_left,
            note=progress.note,
        )
        if progress.total and progress.done >= progress.total:
            self._finished.add(progress.stage)

    def note(self, text: str) -> None:
        """A line of its own above the bars."""
        self._console.print(text, soft_wrap=True, markup=False)

    def done(self, summary: dict[str, int | float | str]) -> None:
        """The summary on one line."""
        self._end_bars()
        if summary:
            words = ", ".join(f"{_plain(key)} {_figure(value)}" for key, value in summary.items())
            self._results.print(words, soft_wrap=True, markup=False)

    def facts(self, summary: dict[str, int | float | str]) -> None:
        """A line each, names and values in two columns."""
        width = max((len(key) for key in summary), default=0)
        self.table([f"{_plain(key):<{width}}  {_counted(value)}" for key, value in summary.items()])

    def error(self, message: str, exit_code: int) -> None:
        """The sentence on standard error."""
        self._end_bars()
        self._console.print(f"reviewer: {message}", soft_wrap=True, markup=False)

    def table(self, lines: list[str]) -> None:
        """The lines as they are on standard output."""
        self._end_bars()
        for line in lines:
            self._results.print(line, soft_wrap=True, markup=False)

    def _end_bars(self) -> None:
        # Bars that were never begun end with an empty line.
        if self._drawing:
            self._bars.stop()
            self._drawing = False
