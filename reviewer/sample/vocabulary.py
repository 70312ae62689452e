"""The tags of the sample collection: their categories, implications and confusable siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import Category

if TYPE_CHECKING:
    from collections.abc import Iterable

ARTISTS: tuple[str, ...] = (
    "amber_lattice",
    "inkwell_sparrow",
    "milk_tea_fox",
    "paper_comet",
    "slow_pixel",
    "tidepool_papers",
    "velvet_thistle",
)

COPYRIGHTS: tuple[str, ...] = (
    "moonlit_delivery_club",
    "starfall_academy",
    "tea_and_thunder",
)

CHARACTERS: tuple[str, ...] = (
    "cinder_wick",
    "dot_halloway",
    "juniper_vane",
    "luma_fennimore",
    "mirelle_auk",
    "pim_tansy",
    "rook_adderley",
    "sorrel_quill",
    "tilda_marrow",
)

META: tuple[str, ...] = ("highres", "traditional_media", "watercolor_(medium)")

IMPLICATIONS: tuple[tuple[str, str], ...] = (
    ("2girls", "multiple_girls"),
    ("2boys", "multiple_boys"),
    ("cat_ears", "animal_ears"),
    ("fox_ears", "animal_ears"),
    ("rabbit_ears", "animal_ears"),
    ("dog_ears", "animal_ears"),
    ("cat_tail", "tail"),
    ("fox_tail", "tail"),
    ("dog_tail", "tail"),
    ("witch_hat", "hat"),
    ("beret", "hat"),
    ("straw_hat", "hat"),
    ("santa_hat", "hat"),
    ("baseball_cap", "hat"),
    ("top_hat", "hat"),
    ("very_long_hair", "long_hair"),
    ("twin_braids", "braid"),
    ("double_bun", "hair_bun"),
    ("hair_bow", "hair_ornament"),
    ("hair_bow", "bow"),
    ("hair_flower", "hair_ornament"),
    ("hairclip", "hair_ornament"),
    ("bowtie", "bow"),
    ("serafuku", "school_uniform"),
    ("serafuku", "sailor_collar"),
    ("pleated_skirt", "skirt"),
    ("red_skirt", "skirt"),
    ("blue_skirt", "skirt"),
    ("black_skirt", "skirt"),
    ("white_dress", "dress"),
    ("black_dress", "dress"),
    ("blue_dress", "dress"),
    ("pink_dress", "dress"),
    ("red_dress", "dress"),
    ("white_shirt", "shirt"),
    ("red_scarf", "scarf"),
    ("sunglasses", "eyewear"),
    ("glasses", "eyewear"),
    ("round_eyewear", "eyewear"),
    ("black_thighhighs", "thighhighs"),
    ("white_thighhighs", "thighhighs"),
    (":d", "open_mouth"),
    (":d", "smile"),
    ("grin", "smile"),
    ("starry_sky", "sky"),
    ("starry_sky", "star_(sky)"),
    ("night_sky", "sky"),
    ("blue_sky", "sky"),
    ("orange_sky", "sky"),
    ("cloudy_sky", "cloud"),
    ("cloudy_sky", "sky"),
    ("full_moon", "moon"),
    ("crescent_moon", "moon"),
    ("shooting_star", "star_(sky)"),
    ("beach", "shore"),
    ("skyscraper", "building"),
    ("cityscape", "city"),
    ("cherry_blossoms", "flower"),
    ("red_flower", "flower"),
    ("yellow_flower", "flower"),
    ("sunflower", "yellow_flower"),
    ("white_background", "simple_background"),
    ("greyscale", "monochrome"),
    ("blurry_background", "blurry"),
    ("watercolor_(medium)", "traditional_media"),
    ("holding_umbrella", "umbrella"),
    ("holding_umbrella", "holding"),
    ("holding_book", "book"),
    ("holding_book", "holding"),
    ("holding_balloon", "balloon"),
    ("holding_balloon", "holding"),
    ("holding_flower", "flower"),
    ("holding_flower", "holding"),
    ("holding_staff", "staff"),
    ("holding_staff", "holding"),
    ("holding_cup", "cup"),
    ("holding_cup", "holding"),
    ("holding_animal", "animal"),
    ("holding_animal", "holding"),
    ("cat", "animal"),
    ("dog", "animal"),
    ("rabbit", "animal"),
    ("bird", "animal"),
    ("fish", "animal"),
    ("feathered_wings", "wings"),
)
"""(child, parent): an image with the child carries the parent too. The sample's own selection,
in the manner of Danbooru's tag implications."""

ALIASES: dict[str, tuple[str, ...]] = {
    "1girl": ("one_girl",),
    "blonde_hair": ("yellow_hair",),
    "cherry_blossoms": ("sakura",),
    "greyscale": ("grayscale",),
    "rabbit_ears": ("bunny_ears",),
    "serafuku": ("sailor_uniform",),
    "scenery": ("scenic",),
    "watercolor_(medium)": ("watercolour",),
    "white_background": ("white_bg",),
}

SIBLINGS: tuple[tuple[str, ...], ...] = (
    tuple(
        f"{c}_eyes"
        for c in ["blue", "green", "red", "brown", "purple", "yellow", "pink", "orange", "grey"]
    ),
    tuple(
        f"{c}_hair"
        for c in [
            "black",
            "brown",
            "blonde",
            "red",
            "orange",
            "pink",
            "purple",
            "blue",
            "aqua",
            "green",
            "white",
            "grey",
        ]
    ),
    ("short_hair", "medium_hair", "long_hair"),
    ("twintails", "ponytail", "twin_braids", "double_bun"),
    ("smile", "open_mouth", "frown", "closed_mouth", "grin", ":3"),
    ("cat_ears", "fox_ears", "dog_ears", "rabbit_ears"),
    ("witch_hat", "beret", "straw_hat", "santa_hat", "baseball_cap", "top_hat"),
    ("portrait", "upper_body", "cowboy_shot", "full_body"),
    ("dress", "shirt", "hoodie", "jacket", "sweater", "kimono"),
    ("skirt", "shorts", "pants"),
    ("thighhighs", "pantyhose", "kneehighs"),
    ("scarf", "necktie", "bowtie", "choker"),
    ("rain", "snow", "petals", "falling_leaves"),
    ("ocean", "beach", "river", "field", "forest", "mountain", "city"),
    ("cat", "dog", "rabbit"),
    ("night_sky", "blue_sky", "sunset", "cloudy_sky"),
    ("full_moon", "crescent_moon", "sun"),
    ("simple_background", "gradient_background", "white_background"),
    ("scenery", "outdoors"),
    ("sketch", "lineart", "greyscale"),
)
"""Groups of tags that people take for one another."""

_PARENTS: dict[str, tuple[str, ...]] = {}
for _child, _parent in IMPLICATIONS:
    _PARENTS[_child] = (*_PARENTS.get(_child, ()), _parent)

_CATEGORIES: dict[str, Category] = (
    dict.fromkeys(ARTISTS, Category.ARTIST)
    | dict.fromkeys(COPYRIGHTS, Category.COPYRIGHT)
    | dict.fromkeys(CHARACTERS, Category.CHARACTER)
    | dict.fromkeys(META, Category.META)
)


def category_of(tag: str) -> Category:
    """The category of a tag of the sample."""
    return _CATEGORIES.get(tag, Category.GENERAL)


def closed(tags: Iterable[str]) -> frozenset[str]:
    """The tags with everything that they imply, directly or not."""
    found: set[str] = set()
    waiting = list(tags)
    while waiting:
        tag = waiting.pop()
        if tag not in found:
            found.add(tag)
            waiting.extend(_PARENTS.get(tag, ()))
    return frozenset(found)
