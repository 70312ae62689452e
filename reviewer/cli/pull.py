"""The command that asks a server of the user's own for the tags of the images: pull."""

from __future__ import annotations

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.jobs.beginning import pull_from


@click.command("pull")
@click.argument("name")
@collection_options
def pull_command(call: Call, name: str) -> None:
    """Take the tags of your images from NAME: a szurubooru or a Hydrus that runs.

    NAME is set up with `destinations add`, its key with `destinations key`. The images are those
    of the folder, known there by their hashes; nothing is downloaded, nothing is changed there.
    Pull again to take what changed. Corrections go back with `write-back`.

    Example: reviewer pull home
    """
    with call.opened() as (library, output):
        output.done(pull_from(library, output, name).summary)
