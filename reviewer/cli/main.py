"""The command `reviewer` and its options."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import click

import reviewer
from reviewer.cli.bench import bench_command
from reviewer.cli.bring import bring, export_tagger_command, tagger_tags, taggers
from reviewer.cli.collect import export_command, import_command, previews_command, status
from reviewer.cli.destinations import destinations_group
from reviewer.cli.explain import copies_command, explain_command
from reviewer.cli.explore import rescale_command, scores_command, stats_command
from reviewer.cli.frame import Frame, ending, lower_priority, stop_calmly
from reviewer.cli.judge import audit_command, report_command
from reviewer.cli.learn import rank, refresh, retrain_command, scan_command, train, versions
from reviewer.cli.look import demo, need_display, open_command, review
from reviewer.cli.plant import plant_errors_command
from reviewer.cli.send import write_back_group
from reviewer.settings import load

HELP = """Find and fix the wrong and missing tags of an image collection.

Without a command the window opens on the last collection, or on a start screen.

\b
First steps:
  reviewer demo                    a sample that the program draws itself
  reviewer open ~/Pictures/booru   your own folder
"""


@click.group(
    help=HELP,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(reviewer.__version__, prog_name="reviewer")
@click.option("--json", "as_json", is_flag=True, help="Tell progress as JSON lines, for programs.")
@click.option("--nice", is_flag=True, help="Let other programs go first.")
@click.option("--verbose", is_flag=True, help="Write what happens inside to standard error.")
@click.pass_context
def cli(context: click.Context, *, as_json: bool, nice: bool, verbose: bool) -> None:
    """The command itself: its options, and the window where no command is named."""
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, stream=sys.stderr)
    if nice:
        lower_priority()
    context.obj = Frame(json=as_json, nice=nice)
    if context.invoked_subcommand is not None:
        stop_calmly()
        return
    with context.obj.output() as output, ending(output):
        need_display()
        settings = load()
    from reviewer.app import run

    last = Path(settings.recent[0].workspace) if settings.recent else None
    sys.exit(run(last if last is not None and last.is_dir() else None, None))


for command in (
    open_command,
    demo,
    review,
    import_command,
    train,
    scan_command,
    refresh,
    rank,
    retrain_command,
    versions,
    taggers,
    bring,
    tagger_tags,
    export_tagger_command,
    previews_command,
    explain_command,
    copies_command,
    audit_command,
    report_command,
    stats_command,
    rescale_command,
    scores_command,
    export_command,
    status,
    bench_command,
    plant_errors_command,
    destinations_group,
    write_back_group,
):
    cli.add_command(command)
