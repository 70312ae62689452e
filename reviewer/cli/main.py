"""The command `reviewer` and its options."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

import reviewer
from reviewer.cli.commands import Commands
from reviewer.cli.frame import Frame, ending, need_display, stop_calmly
from reviewer.cli.priority import lower_priority
from reviewer.cli.streams import open_streams
from reviewer.cli.window_tie import end_with_input
from reviewer.core.errors import SourceError
from reviewer.settings import load

HELP = """Find and fix the wrong and missing tags of an image collection.

Without a command the window opens on the last collection, or on a start screen.

\b
First steps:
  reviewer demo                    a sample that the program draws itself
  reviewer open ~/Pictures/booru   your own folder
"""


@click.group(
    cls=Commands,
    help=HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(reviewer.__version__, prog_name="reviewer")
@click.option("--json", "as_json", is_flag=True, help="Tell progress as JSON lines, for programs.")
@click.option("--nice", is_flag=True, help="Let other programs go first.")
@click.option("--tied", is_flag=True, help="End when standard input does, as a window's job.")
@click.option("--verbose", is_flag=True, help="Write what happens inside to standard error.")
@click.pass_context
def cli(context: click.Context, *, as_json: bool, nice: bool, tied: bool, verbose: bool) -> None:
    """The command itself: its options, and the window where no command is named."""
    open_streams(for_programs=as_json)
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, stream=sys.stderr)
    if nice:
        lower_priority()
    context.obj = Frame(json=as_json, nice=nice)
    if context.invoked_subcommand is not None:
        stop_calmly()
        if tied:
            end_with_input()
        return
    with context.obj.output() as output, ending(output):
        need_display()
    from reviewer.app import run

    sys.exit(run(_last_opened(), None))


def _last_opened() -> Path | None:
    """The collection that was opened last; `None` without one.

    One whose preparation was stopped has no questions: the start page goes on with it.
    """
    try:
        recent = load().recent
    except SourceError:
        # The window says what is wrong with the settings: it may have been opened by an icon.
        return None
    last = Path(recent[0].workspace) if recent and recent[0].images else None
    return last if last is not None and last.is_dir() else None
