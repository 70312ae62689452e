"""The command that writes corrections into the image files themselves: embed."""

from __future__ import annotations

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.exports import write_back
from reviewer.jobs.exports.embedded import WARNING, embed, staged

SHOWN = 20


@click.command("embed")
@collection_options
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--undo", is_flag=True, help="Put the files of the last time back.")
def embed_command(call: Call, *, yes: bool, undo: bool) -> None:
    """Write corrected tags into the image files, where the tags were read from there.

    The pixels stay, but the files' hashes change. It needs exiftool, shows what would change, asks
    first, and keeps a copy of each file.

    Example: reviewer embed ~/Pictures/tagged
    """
    with call.opened() as (library, output):
        if undo:
            output.done(write_back.undo(library, output).summary)
            return
        with staged(library, output) as ready:
            lines = [edit.line for edit in ready.edits[:SHOWN]]
            if len(ready.edits) > SHOWN:
                lines.append(f"... and {len(ready.edits) - SHOWN:,} more files")
            output.table(lines or ["Nothing would change."])
            for path, reason in ready.left_out[:SHOWN]:
                output.note(f"Left out: {path}: {reason}")
            if not ready.edits:
                output.done({"files": 0, "left_out": len(ready.left_out)})
                return
            output.note(WARNING)
            if yes or click.confirm(f"Change these {len(ready.edits):,} images?", err=True):
                output.done(embed(library, output, ready).summary)
