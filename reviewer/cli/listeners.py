"""A job's events for people (a progress bar) and for programs (JSON lines)."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, Self, TextIO

import click

from reviewer.core.visible import visible
from reviewer.jobs.context import Listener

if TYPE_CHECKING:
    from reviewer.cli.bars import Bars
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


class TerminalOutput:
    """Progress bars and plain words on standard error, results on standard output.

    Names of files and tags come from strangers, and steer no terminal (`core/visible.py`).
    """

    def __init__(self) -> None:
        """Begins without a bar."""
        self._bars: Bars | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bars()

    def progress(self, progress: Event) -> None:
        """Moves the bar of the stage; where there is no terminal, nothing is drawn."""
        if not sys.stderr.isatty():
            return
        if self._bars is None:
            # A command that opens the window draws no bars, and should not wait for them.
            from reviewer.cli.bars import Bars

            self._bars = Bars()
        self._bars.progress(progress)

    def note(self, text: str) -> None:
        """A line of its own, above the bars if there are any."""
        shown = visible(text, lines=True)
        if self._bars is None:
            click.echo(shown, err=True)
        else:
            self._bars.note(shown)

    def done(self, summary: dict[str, int | float | str]) -> None:
        """The summary on one line."""
        if summary:
            words = ", ".join(f"{_plain(key)} {_figure(value)}" for key, value in summary.items())
            self.table([words])
        else:
            self._end_bars()

    def facts(self, summary: dict[str, int | float | str]) -> None:
        """A line each, names and values in two columns."""
        width = max((len(key) for key in summary), default=0)
        self.table([f"{_plain(key):<{width}}  {_counted(value)}" for key, value in summary.items()])

    def error(self, message: str, exit_code: int) -> None:
        """The sentence on standard error."""
        self._end_bars()
        click.echo(f"reviewer: {visible(message, lines=True)}", err=True)

    def table(self, lines: list[str]) -> None:
        """The lines as they are on standard output."""
        self._end_bars()
        for line in lines:
            click.echo(visible(line, lines=True))

    def _end_bars(self) -> None:
        if self._bars is not None:
            self._bars.end()
            self._bars = None
