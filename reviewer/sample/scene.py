"""What one illustration shows, as frozen values; the drawing and the true tags both follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Frame(StrEnum):
    """How much of a person is in the picture."""

    PORTRAIT = "portrait"
    UPPER = "upper_body"
    COWBOY = "cowboy_shot"
    FULL = "full_body"
    TINY = "tiny"
    """A small figure in a landscape, its face too small to be tagged."""

    @property
    def cut(self) -> float:
        """Where the picture ends, in head radii below the middle of the head."""
        return {
            Frame.PORTRAIT: 1.75,
            Frame.UPPER: 2.85,
            Frame.COWBOY: 4.1,
            Frame.FULL: 6.1,
            Frame.TINY: 6.1,
        }[self]


@dataclass(frozen=True, slots=True)
class Person:
    """One person; an empty word means that there is no such thing.

    Attributes:
        boy: Otherwise a girl.
        hair: Key of `palette.HAIR`.
        length: `short`, `medium`, `long` or `very_long`.
        style: `""`, `twintails`, `ponytail`, `braid`, `twin_braids`, `double_bun`, `drill`.
        bangs: `blunt`, `swept`, `parted`, `between` or `spiky`.
        ahoge: A single hair that stands up.
        streak: Key of `palette.HAIR` of a coloured strand.
        eye: Key of `palette.EYES`.
        other_eye: The same, of an eye on the right side that differs.
        eyes: `open`, `closed` or `wink`.
        mouth: `smile`, `open`, `grin_open`, `frown`, `grin`, `cat`, `tongue`, `o` or `line`.
        marks: Of the face: `blush`, `tears`, `freckles`, `mole`, `fang`, `eyepatch`,
            `sweat`, `bandaid`, `whiskers`.
        glasses: `round`, `square` or `sun`.
        hat: `witch`, `beret`, `straw`, `santa`, `cap`, `top` or `crown`.
        ears: `cat`, `fox`, `rabbit`, `dog` or `elf`.
        tail: Whether the tail that goes with `ears` is seen.
        ornaments: `bow`, `flower`, `clip`, `band`, `headphones`, `horns`, `halo`.
        outfit: `dress`, `uniform`, `shirt`, `hoodie`, `jacket`, `sweater` or `kimono`.
        cloth: Key of `palette.CLOTH`, the garment's colour.
        below: `skirt`, `pants` or `shorts`.
        neck: `scarf`, `necktie`, `bowtie` or `choker`.
        legs: `thighhighs`, `pantyhose` or `kneehighs`.
        boots: Otherwise shoes.
        wings: Feathered wings.
        pose: `down`, `wave`, `hips`, `behind` or `hold`.
        held: `umbrella`, `book`, `balloon`, `flower`, `staff`, `cup` or `cat`.
        chibi: Two heads tall.
        skin: Index in `palette.SKIN`.
        tilt: Turn of the head in radians.
        gaze: Sideways shift of the irises, -1..1.
        eye_shape: Slant of the eyes, -1 (drooping) to 1 (rising).
    """

    boy: bool = False
    hair: str = "brown"
    length: str = "long"
    style: str = ""
    bangs: str = "between"
    ahoge: bool = False
    streak: str = ""
    eye: str = "blue"
    other_eye: str = ""
    eyes: str = "open"
    mouth: str = "smile"
    marks: frozenset[str] = frozenset()
    glasses: str = ""
    hat: str = ""
    ears: str = ""
    tail: bool = False
    ornaments: frozenset[str] = frozenset()
    outfit: str = "shirt"
    cloth: str = "white"
    below: str = "skirt"
    neck: str = ""
    legs: str = ""
    boots: bool = False
    wings: bool = False
    pose: str = "down"
    held: str = ""
    chibi: bool = False
    skin: int = 0
    tilt: float = 0.0
    gaze: float = 0.0
    eye_shape: float = 0.0
    character: str = ""
    copyright: str = ""


@dataclass(frozen=True, slots=True)
class Animal:
    """One animal.

    Attributes:
        kind: `cat`, `dog`, `bird`, `rabbit`, `fish` or `butterfly`.
        coat: Index of its colouring.
        x: Middle, share of the width.
        y: Its feet, share of the height.
        size: Height, share of the picture's shorter side.
        flip: Looks the other way.
    """

    kind: str
    coat: int
    x: float
    y: float
    size: float
    flip: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """What is behind everything.

    Attributes:
        kind: `white`, `plain`, `gradient`, `dots`, `stripes`, `sparkle` (simple ones); `room`,
            `classroom`, `library` (indoors); `field`, `mountain`, `ocean`, `beach`, `forest`,
            `city`, `river`, `underwater` (outdoors).
        light: `day`, `sunset`, `night` or `overcast`; of the sky, where there is one.
        things: Of the sky and the ground: `clouds`, `sun`, `full_moon`, `crescent`, `stars`,
            `rainbow`, `trees`, `flowers`, `cherry`, `house`, `windmill`, `lighthouse`, `boat`,
            `torii`, `fence`, `aurora`, `fireworks`, `shooting_star`, `road`, and what
            `places` and `rarities` name.
        weather: `rain`, `snow`, `petals` or `leaves`.
        hue: Picks the colour of a simple background, 0..1.
        horizon: Share of the height that is sky.
    """

    kind: str = "plain"
    light: str = "day"
    things: frozenset[str] = frozenset()
    weather: str = ""
    hue: float = 0.0
    horizon: float = 0.6

    @property
    def simple(self) -> bool:
        """Nothing but colour or pattern."""
        return self.kind in SIMPLE_PLACES

    @property
    def indoors(self) -> bool:
        """Inside a house."""
        return self.kind in INDOOR_PLACES

    @property
    def outdoors(self) -> bool:
        """Under the sky."""
        return self.kind in OUTDOOR_PLACES


SIMPLE_PLACES = ("white", "plain", "gradient", "dots", "stripes", "sparkle")
INDOOR_PLACES = ("room", "classroom", "library")
OUTDOOR_PLACES = ("field", "mountain", "ocean", "beach", "forest", "city", "river")


@dataclass(frozen=True, slots=True)
class Variant:
    """How an image differs from the one it is a near-duplicate of.

    Attributes:
        crop: Share cut off each side, at most 0.04.
        tint: Factors on red, green and blue.
        quality: Of the JPEG file.
        mirrored: Left and right exchanged.
    """

    crop: float = 0.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    quality: int = 88
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """One illustration.

    Attributes:
        size: Width and height of the file in pixels.
        frame: How much of the persons is seen.
        style: `cel`, `soft`, `bold`, `watercolor`, `greyscale`, `sepia`, `sketch`, `lineart`,
            `pixel`.
        artist: Tag of the artist, or empty.
        blurry: The background is out of focus.
        signed: A signature in the corner.
        border: A white border.
        seed: Of the drawing's small accidents.
    """

    size: tuple[int, int]
    place: Place
    frame: Frame = Frame.FULL
    persons: tuple[Person, ...] = ()
    animals: tuple[Animal, ...] = ()
    style: str = "cel"
    artist: str = ""
    blurry: bool = False
    signed: bool = False
    border: bool = False
    seed: int = 0
    variant: Variant = field(default_factory=Variant)
