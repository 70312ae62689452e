"""Colours of the sample illustrations, and arithmetic on them.

A colour is an (R, G, B) tuple of integers in 0..255.
"""

from __future__ import annotations

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
INK: Colour = (58, 44, 62)

HAIR: dict[str, Colour] = {
    "black": (58, 54, 72),
    "brown": (134, 88, 64),
    "blonde": (250, 216, 124),
    "red": (204, 60, 62),
    "orange": (242, 142, 70),
    "pink": (252, 168, 192),
    "purple": (154, 112, 198),
    "blue": (84, 130, 214),
    "aqua": (128, 218, 222),
    "green": (110, 180, 118),
    "white": (242, 242, 250),
    "grey": (162, 164, 178),
}

EYES: dict[str, Colour] = {
    "blue": (52, 122, 226),
    "green": (52, 172, 92),
    "red": (222, 44, 62),
    "brown": (142, 84, 48),
    "purple": (146, 74, 214),
    "yellow": (240, 190, 34),
    "pink": (246, 104, 168),
    "orange": (244, 130, 34),
    "grey": (132, 138, 152),
}

SKIN: tuple[Colour, ...] = (
    (255, 232, 216),
    (255, 224, 202),
    (248, 210, 184),
    (178, 120, 88),
)
DARK_SKIN = 3
"""Index in `SKIN` of the tone that is tagged `dark_skin`."""

CLOTH: dict[str, Colour] = {
    "white": (248, 246, 250),
    "black": (62, 60, 76),
    "red": (216, 74, 82),
    "blue": (80, 128, 208),
    "pink": (250, 172, 194),
    "green": (112, 172, 124),
    "yellow": (250, 212, 110),
    "purple": (150, 118, 200),
    "brown": (152, 110, 82),
    "grey": (158, 164, 178),
}


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend linearly; a `share` of 0 gives `first`, 1 gives `second`."""
    keep = 1.0 - share
    return (
        round(first[0] * keep + second[0] * share),
        round(first[1] * keep + second[1] * share),
        round(first[2] * keep + second[2] * share),
    )


def darker(colour: Colour, share: float = 0.25) -> Colour:
    """The colour in shadow: towards a dark violet, as cel painters do."""
    return mix(colour, (46, 22, 74), share)


def lighter(colour: Colour, share: float = 0.35) -> Colour:
    """The colour in light: towards a warm white."""
    return mix(colour, (255, 253, 246), share)


def skin_shade(skin: Colour, share: float = 0.24) -> Colour:
    """Skin in shadow: towards a warm rose, where `darker` would make it dull."""
    return mix(skin, (206, 96, 104), share)


def line_of(colour: Colour) -> Colour:
    """The outline that suits a fill: much darker, of the same family."""
    return mix(darker(colour, 0.45), INK, 0.45)


def saturated(colour: Colour, factor: float) -> Colour:
    """The colour with its saturation multiplied; 0 gives grey."""
    grey = round(0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2])
    red, green, blue = (min(max(round(grey + (part - grey) * factor), 0), 255) for part in colour)
    return (red, green, blue)
