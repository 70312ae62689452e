"""The command that asks a server of the user's own for the tags of the images: pull."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Frame, collection_options, opened
from reviewer.core.errors import UsageError
from reviewer.jobs.pulling import pull
from reviewer.jobs.writing.pace import Pace
from reviewer.jobs.writing.places import connect, find_destination, policy_of
from reviewer.sites.live import LiveSite
from reviewer.store.pacing import NAME as PACE_FILE
from reviewer.store.pacing import PaceFile
from reviewer.store.workspace import data_folder

if TYPE_CHECKING:
    from pathlib import Path


@click.command("pull")
@click.argument("name")
@collection_options
@click.pass_obj
def pull_command(frame: Frame, name: str, folder: Path | None, workspace: Path | None) -> None:
    """Take the tags of your images from NAME: a szurubooru or a Hydrus that runs.

    NAME is set up with `destinations add`, its key with `destinations key`. The images are those
    of the folder, known there by their hashes; nothing is downloaded, nothing is changed there.
    Pull again to take what changed. Corrections go back with `write-back`.

    Example: reviewer pull home
    """
    with opened(frame, folder, workspace) as (library, output):
        destination = find_destination(library, name)
        site = connect(destination)
        try:
            if not isinstance(site, LiveSite):
                raise UsageError(
                    f"{policy_of(destination).title} is not read live: import what a downloader "
                    "saved of it. Read live are szurubooru and Hydrus."
                )
            with PaceFile(data_folder() / PACE_FILE) as shared:
                pace = Pace(shared, destination, policy_of(destination))
                output.done(pull(library, output, destination, site, pace).summary)
        finally:
            site.close()
