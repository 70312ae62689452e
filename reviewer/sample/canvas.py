"""Drawing on a Pillow image in local coordinates, with smooth outlines and soft shading.

A `Canvas` is the whole picture in pixels (at twice its final size, so that reducing it smooths
the edges). A `Pen` draws on it in the coordinates of one thing: a head, a house, a cat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from reviewer.sample.palette import WHITE, Colour, line_of, mix, saturated

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float] | tuple[float, float, int]
"""A point (x, y) on a smooth path; a third item of 1 makes it a sharp corner."""

_STEPS = 7
_T = np.linspace(0, 1, _STEPS, endpoint=False)[:, None]
_BASIS = np.hstack(
    [
        2 * _T**3 - 3 * _T**2 + 1,
        -2 * _T**3 + 3 * _T**2,
        _T**3 - 2 * _T**2 + _T,
        _T**3 - _T**2,
    ]
)
_ANGLES = np.linspace(0, 2 * math.pi, 36, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


@dataclass(frozen=True, slots=True)
class Ink:
    """How a hand draws.

    Attributes:
        weight: Factor on the width of outlines; 0 draws none.
        line: Colour of all outlines; `None` takes a dark shade of each fill.
        wash: Share by which fills are paled towards `paper`, 0..1.
        saturation: Factor on the saturation of fills.
        wobble: How far points stray, in local units; a sketchy hand has 0.02.
        paper: What pale fills go towards.
    """

    weight: float = 1.0
    line: Colour | None = None
    wash: float = 0.0
    saturation: float = 1.0
    wobble: float = 0.0
    paper: Colour = WHITE

    def fill(self, colour: Colour) -> Colour:
        """The colour as this hand lays it down."""
        if self.saturation != 1.0:
            colour = saturated(colour, self.saturation)
        return mix(colour, self.paper, self.wash) if self.wash else colour


@lru_cache(maxsize=1024)
def _through(sharp: tuple[bool, ...], closed: bool) -> np.ndarray:
    """The matrix that takes corners of shape (n, 2) to their curve."""
    place = np.eye(len(sharp))
    corner = np.array(sharp)[:, None]
    ahead = np.roll(place, -1, axis=0) - place
    behind = place - np.roll(place, 1, axis=0)
    if not closed:
        ahead[-1], behind[0] = behind[-1], ahead[0]
    tangent = (ahead + behind) / 2
    leaving = np.where(corner, ahead, tangent)
    arriving = np.where(corner, behind, tangent)
    parts = np.stack(
        [place, np.roll(place, -1, axis=0), leaving, np.roll(arriving, -1, axis=0)], axis=1
    )
    if not closed:
        parts = parts[:-1]
    curve = np.einsum("tk,nkc->ntc", _BASIS, parts).reshape(-1, len(sharp))
    return curve if closed else np.vstack([curve, place[-1:]])


def smooth(points: Sequence[Point], *, closed: bool = True) -> np.ndarray:
    """A curve through the points (cubic Hermite with Catmull-Rom tangents).

    Returns:
        Float array of shape (n, 2).
    """
    sharp = tuple([len(point) > 2 for point in points])
    place = np.array([(point[0], point[1]) for point in points], dtype=float)
    return np.asarray(_through(sharp, closed) @ place)


def ellipse_points(cx: float, cy: float, rx: float, ry: float) -> np.ndarray:
    """36 points of an ellipse, shape (36, 2)."""
    return np.asarray(_CIRCLE * (rx, ry) + (cx, cy))


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing as it was drawn: its name, its box in pixels and what was in the box."""

    name: str
    box: tuple[int, int, int, int]
    look: Image.Image


class Canvas:
    """A picture being drawn.

    Attributes:
        image: RGB, at drawing size.
        ink: The hand that draws.
        marks: Things that may get hidden by what is drawn later.
    """

    def __init__(self, size: tuple[int, int], ink: Ink, rng: np.random.Generator) -> None:
        self.image = Image.new("RGB", size, ink.paper)
        self.ink = ink
        self.rng = rng
        self.marks: list[Mark] = []
        self._draw = ImageDraw.Draw(self.image)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in drawing pixels."""
        return self.image.size

    def pen(self, x: float, y: float, scale: float, angle: float = 0.0) -> Pen:
        """A pen whose origin is (x, y) in pixels, with `scale` pixels a unit.

        Args:
            x: Origin, pixels from the left.
            y: Origin, pixels from the top.
            scale: Pixels a local unit.
            angle: Clockwise turn in radians.
        """
        return Pen(self, x, y, scale, angle)

    def gradient(self, stops: Sequence[Colour], box: tuple[int, int, int, int]) -> None:
        """Fill a box (left, top, right, bottom) with a vertical gradient, evenly spaced stops."""
        left, top, right, bottom = box
        if right <= left or bottom <= top:
            return
        column = np.array([self.ink.fill(stop) for stop in stops], dtype=float)
        at = np.linspace(0, len(stops) - 1, bottom - top)
        ramp = np.stack([np.interp(at, range(len(stops)), column[:, c]) for c in range(3)], axis=1)
        strip = Image.fromarray(ramp.round().astype(np.uint8)[:, None, :])
        self.image.paste(strip.resize((right - left, bottom - top), Image.Resampling.NEAREST), box)

    def mark(self, name: str, pixels: np.ndarray) -> None:
        """Remember how a thing looks within its corners in pixels, shape (n, 2)."""
        box = self._box(pixels, 0)
        whole = np.prod(pixels.max(axis=0) - pixels.min(axis=0))
        if box and (box[2] - box[0]) * (box[3] - box[1]) >= 0.55 * whole:
            self.marks.append(Mark(name, box, self.image.crop(box)))

    def polygon(self, pixels: np.ndarray, fill: Colour) -> None:
        """Fill a polygon given in pixels, shape (n, 2)."""
        self._draw.polygon(pixels.ravel().tolist(), fill=self.ink.fill(fill))

    def line(self, pixels: np.ndarray, colour: Colour, width: int) -> None:
        """Draw a line through pixels, shape (n, 2), with round ends."""
        # Pillow's own round joints are slow, and only wide lines gape without them.
        joint = "curve" if width > 10 else None
        self._draw.line(pixels.ravel().tolist(), fill=colour, width=width, joint=joint)
        if width <= 2:
            return
        # Round ends and corners; along a smooth curve the pieces join without help.
        steps = np.diff(pixels, axis=0)
        length = np.sqrt((steps**2).sum(axis=1)) + 1e-9
        cosine = (steps[1:] * steps[:-1]).sum(axis=1) / (length[1:] * length[:-1])
        half = width / 2 - 0.5
        for x, y in pixels[[0, *(np.flatnonzero(cosine < 0.93) + 1), -1]].tolist():
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def glaze(self, pixels: np.ndarray, colour: Colour, alpha: float, blur: float = 0.0) -> None:
        """Lay a translucent polygon over the picture.

        Args:
            pixels: Corners, shape (n, 2).
            colour: What is laid over.
            alpha: Opacity, 0..1.
            blur: Radius of the soft edge in pixels.
        """
        box = self._box(pixels, blur * 2)
        if box is None:
            return
        mask = self._mask(pixels, box, round(255 * alpha))
        if blur:
            # Two box blurs come near a Gaussian at a fraction of its cost.
            mask = mask.filter(ImageFilter.BoxBlur(blur)).filter(ImageFilter.BoxBlur(blur))
        self.image.paste(self.ink.fill(colour), box, mask)

    def clipped(self, outer: np.ndarray, inner: np.ndarray, colour: Colour, alpha: float) -> None:
        """Lay a polygon over the picture where it lies inside another one."""
        box = self._box(outer, 0)
        if box is None:
            return
        mask = ImageChops.darker(
            self._mask(outer, box, round(255 * alpha)), self._mask(inner, box, round(255 * alpha))
        )
        self.image.paste(self.ink.fill(colour), box, mask)

    def _box(self, pixels: np.ndarray, margin: float) -> tuple[int, int, int, int] | None:
        low = np.maximum(np.floor(pixels.min(axis=0) - margin), 0).astype(int)
        high = np.minimum(np.ceil(pixels.max(axis=0) + margin + 1), self.size).astype(int)
        if (high <= low).any():
            return None
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    @staticmethod
    def _mask(pixels: np.ndarray, box: tuple[int, int, int, int], value: int) -> Image.Image:
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(mask).polygon((pixels - box[:2]).ravel().tolist(), fill=value)
        return mask


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a canvas in the coordinates of one thing (x to the right, y down)."""

    canvas: Canvas
    x: float
    y: float
    scale: float
    angle: float = 0.0
    thickness: float = 1.0

    def moved(self, x: float, y: float, scale: float = 1.0, angle: float = 0.0) -> Pen:
        """A pen with its origin at local (x, y), scaled and turned further."""
        origin = self.pixels(np.array([[x, y]], dtype=float))[0]
        return replace(
            self,
            x=float(origin[0]),
            y=float(origin[1]),
            scale=self.scale * scale,
            angle=self.angle + angle,
            thickness=self.thickness / scale,
        )

    def pixels(self, points: np.ndarray) -> np.ndarray:
        """Local points of shape (n, 2) in pixels of the canvas."""
        if self.canvas.ink.wobble and len(points) > 2:
            points = points + self.canvas.rng.normal(0, self.canvas.ink.wobble / 3, points.shape)
        if not self.angle:
            return np.asarray(points * self.scale + (self.x, self.y))
        cos, sin = math.cos(self.angle) * self.scale, math.sin(self.angle) * self.scale
        turn = np.array([[cos, sin], [-sin, cos]])
        return np.asarray(points @ turn + (self.x, self.y))

    def mark(self, name: str, at: tuple[float, float], radii: tuple[float, float]) -> None:
        """Remember where a thing was drawn, so that its tag is given only if it stays seen."""
        (cx, cy), (rx, ry) = at, radii
        corners = np.array([(cx - rx, cy - ry), (cx + rx, cy + ry)])
        self.canvas.mark(name, self.pixels(corners))

    def shape(
        self, points: Sequence[Point] | np.ndarray, fill: Colour, line: float = 1.0
    ) -> np.ndarray:
        """Fill a smooth closed shape and outline it; returns its pixels, for `shade`.

        Args:
            points: Corners of a smooth path, or an array of shape (n, 2) taken as it is.
            fill: Its colour.
            line: Factor on the outline's width; 0 draws none.
        """
        curve = points if isinstance(points, np.ndarray) else smooth(points)
        pixels = self.pixels(curve)
        self.canvas.polygon(pixels, fill)
        ink = self.canvas.ink
        if line and ink.weight:
            closed = np.vstack([pixels, pixels[:2]])
            self.canvas.line(closed, ink.line or line_of(fill), self._width(0.045 * line))
        return pixels

    def polygon(self, points: Sequence[Point], fill: Colour, line: float = 1.0) -> np.ndarray:
        """Like `shape`, with straight sides."""
        return self.shape(np.array([point[:2] for point in points], dtype=float), fill, line)

    def ellipse(
        self, at: tuple[float, float], radii: tuple[float, float], fill: Colour, line: float = 1.0
    ) -> np.ndarray:
        """Fill and outline an ellipse."""
        return self.shape(ellipse_points(*at, *radii), fill, line)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float = 0.045) -> None:
        """Draw an open smooth line; `width` in local units."""
        pixels = self.pixels(smooth(points, closed=False))
        self.canvas.line(pixels, colour, max(1, round(width * self.scale)))

    def ink_stroke(self, points: Sequence[Point], under: Colour, line: float = 1.0) -> None:
        """Draw an open smooth line as an outline over the colour `under`."""
        ink = self.canvas.ink
        if line and ink.weight:
            pixels = self.pixels(smooth(points, closed=False))
            self.canvas.line(pixels, ink.line or line_of(under), self._width(0.045 * line))

    def shade(
        self, outer: np.ndarray, points: Sequence[Point], colour: Colour, alpha: float = 1.0
    ) -> None:
        """Paint a smooth shape where it lies inside `outer` (pixels that `shape` returned)."""
        self.canvas.clipped(outer, self.pixels(smooth(points)), colour, alpha)

    def glaze(self, points: Sequence[Point], colour: Colour, alpha: float) -> None:
        """Lay a translucent smooth shape over the picture."""
        self.canvas.glaze(self.pixels(smooth(points)), colour, alpha)

    def glow(
        self, at: tuple[float, float], radii: tuple[float, float], colour: Colour, alpha: float
    ) -> None:
        """Lay a translucent ellipse with a soft edge over the picture."""
        blur = max(1.0, min(radii) * self.scale * 0.3)
        self.canvas.glaze(self.pixels(ellipse_points(*at, *radii)), colour, alpha, blur)

    def _width(self, units: float) -> int:
        wanted = units * self.scale * self.thickness * self.canvas.ink.weight
        return max(1, min(round(wanted), 9))
