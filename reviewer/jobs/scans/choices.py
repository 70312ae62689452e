"""What a user chooses about a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ScanChoices:
    """How a scan is to be run.

    Attributes:
        version: Name; empty for the active one.
        device: "auto", "cpu", "cuda" or "mps".
        batch_size: Images at once; 0 for what suits the device.
        workers: Threads that decode, and on a CPU compute too; 0 for what suits the machine.
        keep_above: Lowest score, 0..1, that is kept of a tag which an image has not; 0 for all.
            Much less disk: most pairs score next to nothing. A scan goes on as it was begun.
        copies: Folder of small copies (`reviewer rescale`) to read where they are large enough.
        engine: Name of what the version is to run on; empty for the one in the settings,
            which gives way to a GPU, to the engine the scan was begun with, and to that of
            embeddings that the version shares with the one before.
        accept_loss: Take the engine whatever it loses.
    """

    version: str = ""
    device: str = "auto"
    batch_size: int = 0
    workers: int = 0
    keep_above: float = 0.0
    copies: Path | None = None
    engine: str = ""
    accept_loss: bool = False
