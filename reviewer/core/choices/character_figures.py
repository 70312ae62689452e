"""How well a network tells characters apart, as figures for the window."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BandFigures:
    """Faces that nothing was learnt from, of characters alike in something.

    Attributes:
        name: Which: "10-19" faces to learn from, "all", and other ways to tell them.
        characters, faces: How many.
        top1, top5: Shares of the faces whose character was the first guess, or among the first
            five, 0..1; `None` without faces.
        mean1: The first of these, each character counted alike.
    """

    name: str
    characters: int
    faces: int
    top1: float | None
    top5: float | None
    mean1: float | None


@dataclass(frozen=True, slots=True)
class CharacterLine:
    """One character.

    Attributes:
        learnt, tested: Faces.
        top1, top5: As for `BandFigures`.
    """

    name: str
    learnt: int
    tested: int
    top1: float | None
    top5: float | None


@dataclass(frozen=True, slots=True)
class Naming:
    """When a face is named at all.

    Attributes:
        level: Chance of being right from which it is, 0..1.
        named: Share of the faces of known characters that are.
        right: Share of the names that are right, strangers counted.
        promised: Mean chance of the named.
        refused: Share of the strangers that are told "unknown".
        strangers: Faces of characters that were not taught.
        separation: Area under the ROC curve, 0..1.
    """

    level: float
    named: float | None
    right: float | None
    promised: float | None
    refused: float | None
    strangers: int
    separation: float | None

    @property
    def sentence(self) -> str:
        """When a face is not named, and what that is worth, in words."""
        level = f"{self.level:.0%}"
        if self.named:
            known = (
                f"A face is named where its chance of being right is {level} or more: "
                f"{_said(self.named)} of the known faces are, and {_said(self.right)} of the names "
                f"are right (promised {_said(self.promised)})."
            )
        else:
            known = f"No face is named: none has a chance of {level} of being right."
        if not self.strangers:
            return f"{known} No face of a stranger was there to try."
        return (
            f"{known} Of {self.strangers:,} faces of strangers {_said(self.refused)} are told "
            "“unknown”."
        )


def _said(share: float | None) -> str:
    return "none" if share is None else f"{share:.0%}"


@dataclass(frozen=True, slots=True)
class CharacterFigures:
    """A network and what was measured of it.

    Attributes:
        network: Its name, and in words what it is and where its weights began.
        learnt, calibrated, tested: Faces.
        bands: By the faces that a character was learnt from, the rarest first.
        others: All of them; by the nearest prototype; characters with too few faces.
        naming: When it says "unknown".
        each: Every character that was learnt.
    """

    network: str
    about: str
    learnt: int
    calibrated: int
    tested: int
    bands: tuple[BandFigures, ...]
    others: tuple[BandFigures, ...]
    naming: Naming
    each: tuple[CharacterLine, ...]
