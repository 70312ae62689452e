"""The command for tags that other tags imply: implications."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.questions.implying import find_broken, rule_lines, write_rules


@click.command("implications")
@collection_options
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="Rules shown.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the data suggest as a list of implications (CSV), for you to read over.",
)
def implications_command(call: Call, count: int, target: Path | None) -> None:
    """Find tags that are missing although others imply them, by the list or by the data.

    The review window asks them in the queue "Broken implications".

    Example: reviewer implications ~/Pictures/booru --to ~/suggested-implications.csv
    """
    with call.opened() as (library, output):
        changes = find_broken(library, output)
        rules, vocabulary = library.implied.rules(), library.vocabulary()
        output.table(rule_lines(rules, vocabulary, count))
        written = {"written": write_rules(rules, vocabulary, target)} if target else {}
        output.done({**changes.summary, **written})
