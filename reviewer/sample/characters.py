"""The invented artists and characters of the sample: fixed looks that a tagger can learn."""

from __future__ import annotations

from reviewer.sample.canvas import Ink
from reviewer.sample.scene import Person

SERIES: dict[str, tuple[Person, ...]] = {
    "starfall_academy": (
        Person(
            hair="pink", length="long", style="twintails", bangs="between", eye="green",
            ornaments=frozenset({"bow"}), outfit="uniform", cloth="blue",
            character="luma_fennimore",
        ),
        Person(
            hair="black", length="long", bangs="blunt", eye="red", glasses="square",
            outfit="uniform", cloth="black", legs="pantyhose", character="tilda_marrow",
        ),
        Person(
            boy=True, hair="blonde", length="short", bangs="spiky", eye="blue", outfit="jacket",
            cloth="black", below="pants", neck="necktie", character="rook_adderley",
        ),
        Person(
            hair="aqua", length="short", bangs="swept", eye="purple",
            ornaments=frozenset({"clip"}), outfit="uniform", cloth="green", character="mirelle_auk",
        ),
    ),
    "tea_and_thunder": (
        Person(
            hair="purple", length="very_long", bangs="between", eye="yellow", hat="witch",
            outfit="dress", cloth="black", boots=True, character="juniper_vane",
        ),
        Person(
            hair="orange", length="medium", bangs="swept", eye="brown", ears="fox", tail=True,
            outfit="kimono", cloth="red", character="sorrel_quill",
        ),
        Person(
            hair="white", length="short", bangs="parted", eye="red", ears="rabbit",
            outfit="dress", cloth="pink", character="dot_halloway",
        ),
    ),
    "moonlit_delivery_club": (
        Person(
            hair="brown", length="medium", style="twin_braids", bangs="swept", eye="green",
            hat="beret", outfit="sweater", cloth="yellow", below="skirt", neck="scarf",
            character="pim_tansy",
        ),
        Person(
            boy=True, hair="grey", length="short", bangs="between", eye="purple", ears="cat",
            tail=True, outfit="hoodie", cloth="blue", below="shorts", character="cinder_wick",
        ),
    ),
}  # fmt: skip
"""Members of each invented series, most often drawn first."""

HANDS: dict[str, tuple[str, Ink]] = {
    "milk_tea_fox": ("soft", Ink(weight=0.8, line=(140, 84, 84), saturation=0.85)),
    "velvet_thistle": ("cel", Ink(weight=1.5, line=(46, 28, 70), saturation=1.25)),
    "inkwell_sparrow": ("lineart", Ink(weight=1.25, line=(40, 40, 48), wash=0.93, saturation=0.3)),
    "paper_comet": ("watercolor", Ink(weight=0.6, line=(118, 92, 92), wash=0.12, saturation=0.9)),
    "slow_pixel": ("pixel", Ink(weight=1.2, line=(52, 36, 62), saturation=1.15)),
    "amber_lattice": ("sepia", Ink(weight=1.1, line=(84, 54, 34))),
    "tidepool_papers": ("bold", Ink(weight=0.0, saturation=1.1)),
}
"""Each artist's style and hand."""

STYLES: dict[str, Ink] = {
    "cel": Ink(),
    "soft": Ink(weight=0.7, saturation=0.92),
    "bold": Ink(weight=0.0, saturation=1.08),
    "watercolor": Ink(weight=0.6, wash=0.14, saturation=0.88),
    "greyscale": Ink(),
    "sepia": Ink(weight=1.1),
    "sketch": Ink(weight=0.9, line=(104, 98, 106), wash=0.9, saturation=0.3, wobble=0.03,
                  paper=(250, 247, 240)),
    "lineart": Ink(weight=1.2, line=(44, 42, 50), wash=0.95, saturation=0.2),
    "pixel": Ink(weight=1.1),
}  # fmt: skip
"""The hand that goes with a style where no artist is named."""


def ink_of(style: str, artist: str) -> Ink:
    """The hand that draws a scene of this style by this artist."""
    return HANDS[artist][1] if artist else STYLES[style]
