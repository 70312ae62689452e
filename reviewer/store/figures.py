"""Figures that a job worked out and the window shows, as JSON files with their types checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np

from reviewer.core.choices.character_figures import CharacterFigures
from reviewer.core.errors import StoreError
from reviewer.core.figures import CollectionFigures, ScoreFigures, TagFigures
from reviewer.core.quality.noise_figures import NoiseFigures
from reviewer.core.quality.vetting_figures import VettedFigures
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from pathlib import Path

Figures = TypeVar("Figures")

STATISTICS, SCORES, REPORT = "statistics.json", "scores.json", "tags.json"
NOISE = "noise.json"
CHARACTERS = "characters.json"
VETTED = "vetted.json"
"""Names of the files in a folder of figures."""


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """The figures in a folder.

    Attributes:
        folder: Where they are; it need not be there.
    """

    folder: Path

    def statistics(self) -> CollectionFigures | None:
        """What the collection is like; `None` before it was worked out.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(STATISTICS, CollectionFigures)

    def scores(self) -> ScoreFigures | None:
        """What the users' scores follow; `None` before it was worked out.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(SCORES, ScoreFigures)

    def report(self) -> tuple[TagFigures, ...] | None:
        """Every tag; `None` before it was worked out.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(REPORT, tuple[TagFigures, ...])

    def characters(self) -> CharacterFigures | None:
        """How well characters are told apart; `None` before a network was trained.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(CHARACTERS, CharacterFigures)

    def noise(self) -> NoiseFigures | None:
        """What the noise experiment found; `None` before there was one.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(NOISE, NoiseFigures)

    def vetted(self) -> VettedFigures | None:
        """How unlike the others vetted images are; `None` before it was measured.

        Raises:
            StoreError: The file cannot be read.
        """
        return self._read(VETTED, VettedFigures)

    def stamp(self, name: str) -> float:
        """When a file was written, unix seconds; 0 if it is not there."""
        try:
            return (self.folder / name).stat().st_mtime
        except OSError:
            return 0.0

    def _read(self, name: str, kind: type[Figures]) -> Figures | None:
        path = self.folder / name
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read ({error}). Work it out again.") from error


def write_figures(path: Path, figures: object) -> None:
    """Writes figures aside and renames them into place.

    Args:
        path: One of the names above, in the folder that a job was given.
        figures: One of the types that `FigureFiles` reads.

    Raises:
        StoreError: It cannot be written.
    """
    write_whole(path, msgspec.json.encode(figures, enc_hook=_plain))


def _plain(value: object) -> object:
    """A scalar of numpy as one of Python's own.

    Raises:
        NotImplementedError: It is something else.
    """
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError
