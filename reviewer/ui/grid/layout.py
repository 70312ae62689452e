"""How many cells a page has in a given room, and where they lie. Plain geometry."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.review.page import FEWEST, MOST

GAP = 6
"""Between two cells and round them all."""
GOOD = 170
"""Cells this wide and high show enough; more room makes more cells rather than larger ones."""


@dataclass(frozen=True, slots=True)
class GridShape:
    """Columns and rows of equal cells; all lengths in device-independent pixels.

    Attributes:
        cell_width, cell_height: Of every cell.
        left, top: Of the first cell.
    """

    columns: int
    rows: int
    cell_width: int
    cell_height: int
    left: int
    top: int

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return self.columns * self.rows

    @property
    def side(self) -> int:
        """The shorter side of a cell."""
        return min(self.cell_width, self.cell_height)

    def corner(self, place: int) -> tuple[int, int]:
        """Left and top of a cell."""
        row, column = divmod(place, self.columns)
        return (
            self.left + column * (self.cell_width + GAP),
            self.top + row * (self.cell_height + GAP),
        )

    def moved(self, place: int, direction: str, count: int) -> int:
        """The place one step "Left", "Right", "Up" or "Down" of another; the same at the edge.

        Args:
            place: Where one is.
            direction: Name of the arrow key.
            count: Cells in use, from the first on.
        """
        step = {"Left": -1, "Right": 1, "Up": -self.columns, "Down": self.columns}[direction]
        return place + step if 0 <= place + step < count else place


def _shape(width: int, height: int, columns: int, rows: int) -> GridShape:
    cell_width = max((width - GAP) // columns - GAP, 1)
    cell_height = max((height - GAP) // rows - GAP, 1)
    return GridShape(
        columns,
        rows,
        cell_width,
        cell_height,
        left=max((width - columns * (cell_width + GAP) + GAP) // 2, 0),
        top=max((height - rows * (cell_height + GAP) + GAP) // 2, 0),
    )


def shape_for(width: int, height: int, at_least: int = FEWEST) -> GridShape:
    """The best grid for a room: as many cells of a good size as it holds, 20 to 40.

    Where not even the fewest cells have a good size, they are as large as they can be.

    Args:
        width: Of the room.
        height: Of the room.
        at_least: Cells needed, for a page that was made for another room; at most 40.
    """
    shapes = [
        _shape(width, height, columns, rows)
        for columns in range(1, MOST + 1)
        for rows in range(1, MOST // columns + 1)
        if columns * rows >= max(at_least, FEWEST)
    ]
    return max(shapes, key=_merit)


def _merit(shape: GridShape) -> tuple[int, int, int]:
    if shape.side >= GOOD:
        return (1, shape.cells, shape.side)
    return (0, shape.side, shape.cells)


def beside(left: int, width: int, room: int, needed: int) -> tuple[int, int]:
    """A part of a room to the freer side of a cell, 60 % of the room at most.

    Args:
        left: Of the cell.
        width: Of the cell.
        room: Width of the room.
        needed: Width that is enough.

    Returns:
        Left and width of that part.
    """
    before, after = left, room - left - width
    wide = min(max(before, after), room * 6 // 10, needed)
    return (left - wide, wide) if before > after else (left + width, wide)
