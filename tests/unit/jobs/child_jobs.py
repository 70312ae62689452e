"""Jobs for processes that are killed: each opens a workspace and does one thing to its end."""

from __future__ import annotations

from pathlib import Path

from reviewer.jobs import post_import, scan_keeping
from reviewer.jobs.context import Silent
from reviewer.jobs.refreshing import refresh
from reviewer.jobs.scan_choices import ScanChoices
from reviewer.jobs.scanning import scan
from reviewer.store.library import Library


def import_child(workspace: str, folder: str) -> None:
    """Imports a dump, in small transactions."""
    post_import.WRITE_EVERY = 100
    with Library.create(Path(workspace), Path(folder)) as library:
        post_import.import_posts(library, Silent())


def scan_child(workspace: str, folder: str, engine: str = "") -> None:
    """Scans, and writes after every batch."""
    scan_keeping.WRITE_SECONDS = 0.0
    choices = ScanChoices(
        device="cpu", batch_size=4, workers=1, engine=engine, accept_loss=bool(engine)
    )
    with Library.open(Path(workspace), folder=Path(folder)) as library:
        scan(library, Silent(), choices)


def scan_int8_child(workspace: str, folder: str) -> None:
    """Scans in bytes; the network is written, measured and judged first."""
    scan_child(workspace, folder, "int8")


def refresh_child(workspace: str, folder: str) -> None:
    """Fits heads."""
    with Library.open(Path(workspace), folder=Path(folder)) as library:
        refresh(library, Silent(), minimum=5)
