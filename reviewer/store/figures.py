"""Figures that a job worked out and the window shows, as JSON files with their types checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

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


@dataclass(frozen=True, slots=True)
class FigureFile(Generic[Figures]):
    """The file of one kind of figures, in a folder of figures.

    Attributes:
        name: Of the file.
        kind: Of what is in it.
    """

    name: str
    kind: type[Figures]


STATISTICS = FigureFile("statistics.json", CollectionFigures)
SCORES = FigureFile("scores.json", ScoreFigures)
REPORT = FigureFile("tags.json", tuple[TagFigures, ...])
NOISE = FigureFile("noise.json", NoiseFigures)
CHARACTERS = FigureFile("characters.json", CharacterFigures)
VETTED = FigureFile("vetted.json", VettedFigures)


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """The figures in a folder.

    Attributes:
        folder: Where they are; it need not be there.
    """

    folder: Path

    def stamp(self, of: FigureFile[Any]) -> float:
        """When figures were written, unix seconds; 0 if they are not there."""
        try:
            return (self.folder / of.name).stat().st_mtime
        except OSError:
            return 0.0

    def read(self, of: FigureFile[Figures]) -> Figures | None:
        """Figures; `None` before they were worked out.

        Raises:
            StoreError: The file cannot be read.
        """
        path = self.folder / of.name
        try:
            return msgspec.json.decode(path.read_bytes(), type=of.kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path} cannot be read ({error}). Work it out again.") from error


def write_figures(folder: Path, of: FigureFile[Figures], figures: Figures) -> None:
    """Writes figures aside and renames them into place.

    Args:
        folder: That a job was given.
        of: Their kind.
        figures: What was worked out.

    Raises:
        StoreError: It cannot be written.
    """
    write_whole(folder / of.name, msgspec.json.encode(figures, enc_hook=_plain))


def _plain(value: object) -> object:
    """A scalar of numpy as one of Python's own.

    Raises:
        NotImplementedError: It is something else.
    """
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError
