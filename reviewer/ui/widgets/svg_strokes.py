"""Drawings that look alike in every viewer: lines of a fixed width, without `vector-effect`.

Qt writes a line whose width does not follow the scale of its plot as SVG's `non-scaling-stroke`,
which many programs ignore: they draw it a hundred times too wide. Here the scale is worked into the
coordinates instead.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from PySide6.QtCore import QPointF
from PySide6.QtGui import QTransform

SPACE = "http://www.w3.org/2000/svg"
_EFFECT = "vector-effect"
_MATRIX = re.compile(r"matrix\(([^)]*)\)")
_POINT = re.compile(r"(-?[\d.]+(?:e[-+]?\d+)?),(-?[\d.]+(?:e[-+]?\d+)?)")


def bake(drawing: str) -> str:
    """A drawing of `QSvgGenerator` with all lines in the coordinates of the sheet.

    Args:
        drawing: SVG, in which groups with a matrix hold the shapes.
    """
    ET.register_namespace("", SPACE)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(drawing)
    for group in list(root.iter(f"{{{SPACE}}}g")):
        matrix = _matrix_of(group)
        if matrix is None:
            continue
        for place, shape in enumerate(list(group)):
            if shape.get(_EFFECT) == "non-scaling-stroke":
                _move(shape, matrix)
                undone = ET.Element(f"{{{SPACE}}}g", {"transform": _words(matrix)})
                undone.append(shape)
                group[place] = undone
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _matrix_of(group: ET.Element) -> QTransform | None:
    found = _MATRIX.match(group.get("transform", ""))
    if found is None:
        return None
    a, b, c, d, e, f = (float(value) for value in found.group(1).split(","))
    matrix = QTransform(a, b, c, d, e, f)
    return matrix if matrix.isInvertible() else None


def _words(matrix: QTransform) -> str:
    """The transform that takes a matrix back."""
    back, _ = matrix.inverted()
    values = (back.m11(), back.m12(), back.m21(), back.m22(), back.dx(), back.dy())
    return f"matrix({','.join(f'{value:.12g}' for value in values)})"


def _move(shape: ET.Element, matrix: QTransform) -> None:
    """Puts a polyline, a polygon, a path or a rectangle where the matrix puts it."""

    def moved(found: re.Match[str]) -> str:
        at = matrix.map(QPointF(float(found.group(1)), float(found.group(2))))
        return f"{at.x():.7g},{at.y():.7g}"

    del shape.attrib[_EFFECT]
    if shape.tag == f"{{{SPACE}}}rect":
        box = [float(shape.attrib.pop(name)) for name in ("x", "y", "width", "height")]
        x, y, width, height = box
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        shape.tag = f"{{{SPACE}}}polygon"
        shape.set("points", " ".join(f"{px!r},{py!r}" for px, py in corners))
    for name in ("points", "d"):
        if name in shape.attrib:
            shape.set(name, _POINT.sub(moved, shape.attrib[name]))
