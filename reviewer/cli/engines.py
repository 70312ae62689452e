"""The command that says what a scan would gain and lose on another engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.core.errors import UsageError
from reviewer.jobs.engines.opening import compare_engines

if TYPE_CHECKING:
    from model.engines.quality import Quality


@click.command("engines")
@collection_options
@click.option("--version", default="", help="Version to run; the one in use by default.")
def engines_command(call: Call, version: str) -> None:
    """Measure what a scan without a GPU gains and loses on ONNX Runtime, in 16 bit and in bytes.

    Torch and each engine run on a few hundred of your images; nothing is scanned.

    Example: reviewer engines ~/Pictures/booru
    """
    with call.opened() as (library, output):
        active = library.versions.active()
        name = version or (active.name if active is not None else "")
        if not name:
            raise UsageError("There is no tagger version yet. Train one first: reviewer train")
        found = compare_engines(library, output, name)
        output.table([_line(engine, quality) for engine, quality in found.items()])
        speeds = {
            f"{engine}_speed": quality.speed
            for engine, quality in found.items()
            if not isinstance(quality, str)
        }
        output.done({"version": name, **speeds})


def _line(engine: str, quality: Quality | str) -> str:
    words = quality if isinstance(quality, str) else quality.words()
    return f"{engine:<6}{words}"
