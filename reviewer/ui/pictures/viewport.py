"""Where a picture lies in the view: fitted or zoomed about a point. Plain geometry, no painting.

All lengths are device pixels. A zoom is screen pixels for one pixel of the full picture, so that
1.0 is "100 %" whatever was decoded so far.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_UPSCALED = 4.0
"""Small pictures are enlarged to fit, up to this factor."""
LARGEST = 16.0
"""Most screen pixels for one of the picture."""
CLOSER = 2.0
"""What "100 %" becomes for a picture that is already larger than life when fitted."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its corner and its size."""

    left: float
    top: float
    width: float
    height: float


@dataclass
class Viewport:
    """The picture's place.

    Attributes:
        view: Width and height of the view.
        picture: Width and height of the picture in full resolution.
        zoom: `None` while fitted.
        centre: What part of the picture is in the middle of the view, 0..1 each way.
    """

    view: tuple[float, float] = (1.0, 1.0)
    picture: tuple[float, float] = (1.0, 1.0)
    zoom: float | None = None
    centre: tuple[float, float] = (0.5, 0.5)

    @property
    def fitted_scale(self) -> float:
        """The zoom of the whole picture: it just fits, or is enlarged as far as it may be."""
        width, height = max(self.picture[0], 1.0), max(self.picture[1], 1.0)
        return min(self.view[0] / width, self.view[1] / height, MOST_UPSCALED)

    def reset(self) -> None:
        """Fits the picture."""
        self.zoom = None
        self.centre = (0.5, 0.5)

    def toggle(self, at: tuple[float, float]) -> None:
        """Changes between fitted and 100 % about a point of the view."""
        if self.zoom is not None:
            self.reset()
            return
        fitted = self.fitted_scale
        self._zoom_to(1.0 if fitted < 1.0 else fitted * CLOSER, at)

    def zoom_by(self, factor: float, at: tuple[float, float]) -> None:
        """Zooms about a point of the view; zooming out ends fitted."""
        fitted = self.fitted_scale
        zoom = min((self.zoom or fitted) * factor, max(LARGEST, fitted))
        if zoom <= fitted * 1.001:
            self.reset()
        else:
            self._zoom_to(zoom, at)

    def pan(self, dx: float, dy: float) -> None:
        """Moves the picture with the hand."""
        if self.zoom is None:
            return
        width, height = self.picture[0] * self.zoom, self.picture[1] * self.zoom
        self.centre = (self.centre[0] - dx / width, self.centre[1] - dy / height)
        self._hold_edges()

    def step(self, across: float, down: float) -> None:
        """Moves the view on over a zoomed picture, by shares of its own width and height."""
        self.pan(-across * self.view[0], -down * self.view[1])

    def place(self) -> Box:
        """Where the whole picture lies in the view; parts of it may be outside."""
        zoom = self.zoom or self.fitted_scale
        width, height = self.picture[0] * zoom, self.picture[1] * zoom
        return Box(
            self.view[0] / 2 - self.centre[0] * width,
            self.view[1] / 2 - self.centre[1] * height,
            width,
            height,
        )

    def _zoom_to(self, zoom: float, at: tuple[float, float]) -> None:
        """Changes the zoom so that what is under a point stays under it."""
        before = self.place()
        spot = ((at[0] - before.left) / before.width, (at[1] - before.top) / before.height)
        self.zoom = zoom
        width, height = self.picture[0] * zoom, self.picture[1] * zoom
        self.centre = (
            spot[0] - (at[0] - self.view[0] / 2) / width,
            spot[1] - (at[1] - self.view[1] / 2) / height,
        )
        self._hold_edges()

    def _hold_edges(self) -> None:
        """Keeps the view filled where the picture is larger, and the picture centred where not."""
        zoom = self.zoom or self.fitted_scale
        centre = []
        for at, view, picture in zip(self.centre, self.view, self.picture, strict=True):
            half = view / 2 / (picture * zoom)
            centre.append(0.5 if half >= 0.5 else min(max(at, half), 1 - half))
        self.centre = (centre[0], centre[1])
