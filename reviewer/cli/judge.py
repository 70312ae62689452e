"""Commands that tell how good the tags are: audit, report."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.core.errors import UsageError
from reviewer.jobs.audit_report import audit_lines, audit_report, note_audit
from reviewer.jobs.auditing import SIZE, draw_audit
from reviewer.jobs.reporting import write_report


@click.command("audit")
@collection_options
@click.option("--size", type=click.IntRange(50), default=SIZE, show_default=True)
@click.option("--new", is_flag=True, help="Draw another sample although there is one.")
@click.option("--vetted", is_flag=True, help="Draw it among the vetted images alone.")
@click.option("--seed", type=int, help="Of the draw; by the clock if not given.")
def audit_command(
    call: Call,
    size: int,
    seed: int | None,
    *,
    new: bool,
    vetted: bool,
) -> None:
    """Draw a random sample of pairs, or tell what its answers say so far.

    The review asks them among the other questions. From the answers follow precision and recall of
    the original tags and of the corrected ones, with intervals.

    Example: reviewer audit ~/Pictures/booru --size 800
    """
    with call.opened() as (library, output):
        report = None if new else note_audit(library)
        if report is None:
            drawn = draw_audit(library, output, size=size, seed=seed, vetted=vetted)
            output.done(drawn.summary)
            return
        if size != SIZE or seed is not None or vetted:
            raise UsageError(
                "A sample is drawn already. Draw another one with: reviewer audit --new"
            )
        output.table(list(audit_lines(report)))


@click.command("report")
@collection_options
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("tag-report"),
    show_default=True,
    help="Folder to write report.html and tags.csv into.",
)
def report_command(call: Call, target: Path) -> None:
    """Write the state of every tag as HTML and CSV, with the audit's estimates.

    Example: reviewer report ~/Pictures/booru --to ~/tag-report
    """
    with call.opened() as (library, output):
        report = audit_report(library)
        if report is not None:
            output.table(list(audit_lines(report)))
        output.done(write_report(library, output, target).summary)
