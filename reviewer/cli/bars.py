"""Progress bars on a terminal, one a stage, from a job's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from reviewer.core.visible import visible

if TYPE_CHECKING:
    from reviewer.core.types import Progress as Event


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


class Bars:
    """The bars of one command on standard error, from its first event until it ends."""

    def __init__(self) -> None:
        """Begins without a bar."""
        # Without pictures for names between colons: ":o" followed by a colon is a tag.
        self._console = Console(stderr=True, highlight=False, emoji=False)
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
        self._bars.start()

    def progress(self, progress: Event) -> None:
        """Moves the bar of the stage, or begins it."""
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
            note=visible(progress.note),
        )
        if progress.total and progress.done >= progress.total:
            self._finished.add(progress.stage)

    def note(self, text: str) -> None:
        """A line of its own above the bars."""
        self._console.print(text, soft_wrap=True, markup=False)

    def end(self) -> None:
        """Leaves the bars as they stand; what is written comes below them."""
        self._bars.stop()
