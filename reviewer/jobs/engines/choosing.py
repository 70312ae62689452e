"""Which engine a scan runs on: the one it was begun with, one that was asked for, or the usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError
from reviewer.jobs.scans.rescoring import embedded_by
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.settings import load as load_settings

if TYPE_CHECKING:
    from model.engines.engine import Engine
    from reviewer.jobs.scans.choices import ScanChoices
    from reviewer.store.library import Library


def choose_engine(library: Library, version: str, choices: ScanChoices) -> Engine:
    """The engine for a scan.

    Args:
        library: The collection.
        version: To be scanned with.
        choices: Of the user.

    Raises:
        SourceError: The settings cannot be read.
        UsageError: There is no such engine, the scan was begun with another, or the device is not
            the CPU.
        TaggerError: A version or the device cannot be used.
    """
    from model.engines.engine import Engine

    asked, device = choices.engine, choices.device
    if asked and asked not in set(Engine):
        raise UsageError(f'There is no engine "{asked}"; use {", ".join(Engine)}.')
    begun = begun_with(library, version)
    if begun is not None:
        engine = engine_behind(begun)
        if asked and asked != engine:
            raise UsageError(
                f"Version {version} was scanned with the engine {engine}, and the scores of two "
                f"engines do not mix. Delete {library.workspace.scans / version} to scan it "
                "again, or leave out --engine."
            )
    elif asked:
        engine = Engine(asked)
    else:
        engine = _of_the_parent(library, version) or _usual(device)
    if engine is not Engine.TORCH and device not in {"auto", "cpu"}:
        raise UsageError(f"The engine {engine} runs on the CPU alone; leave out --device.")
    return engine


def begun_with(library: Library, version: str) -> str | None:
    """What stands for the engine in a scan's files; `None` where nothing is scanned yet."""
    files = library.scan(version)
    return files.shape.engine if files is not None and len(files) else None


def engine_behind(identity: str) -> Engine:
    """The engine of what a scan's files say."""
    from model.engines.engine import Engine

    return Engine(identity.partition("-")[0] or Engine.TORCH)


def _of_the_parent(library: Library, version: str) -> Engine | None:
    """The engine of the embeddings that a version shares with the one before."""
    with tagger_errors():
        files = embedded_by(library, version)
    return engine_behind(files.shape.engine) if files is not None else None


def _usual(device: str) -> Engine:
    """The engine of the settings, where no GPU does the work."""
    from model.device import choose_device
    from model.engines.engine import Engine

    usual = Engine(load_settings().engine)
    if usual is Engine.TORCH:
        return usual
    with tagger_errors():
        on_cpu = choose_device(device).kind == "cpu"
    return usual if on_cpu else Engine.TORCH
