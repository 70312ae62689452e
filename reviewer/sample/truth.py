"""The true tags of a scene: what its picture visibly shows, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.sample.animals import COAT_WORDS
from reviewer.sample.clothes import scarf_colour, skirt_colour, white_legwear
from reviewer.sample.headwear import bow_colour
from reviewer.sample.palette import DARK_SKIN
from reviewer.sample.scene import Frame
from reviewer.sample.vocabulary import closed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviewer.sample.scene import Person, Place, Scene

_HATS = {"witch": "witch_hat", "beret": "beret", "straw": "straw_hat", "santa": "santa_hat",
         "cap": "baseball_cap", "top": "top_hat", "crown": "crown"}  # fmt: skip
_EARS = {"cat": "cat_ears", "fox": "fox_ears", "rabbit": "rabbit_ears", "dog": "dog_ears",
         "elf": "pointy_ears"}  # fmt: skip
_ORNAMENTS = {"bow": "hair_bow", "flower": "hair_flower", "clip": "hairclip", "band": "hairband",
              "headphones": "headphones", "horns": "horns", "halo": "halo"}  # fmt: skip
_MOUTHS: dict[str, tuple[str, ...]] = {
    "smile": ("smile", "closed_mouth"), "open": ("open_mouth",), "grin_open": (":d",),
        "frown": ("frown", "closed_mouth"),
    "grin": ("grin",), "cat": (":3", "closed_mouth"), "tongue": ("tongue_out", "tongue"),
        "o": ("open_mouth", ":o"),
    "line": ("closed_mouth",),
}  # fmt: skip
_STYLES: dict[str, tuple[str, ...]] = {
    "greyscale": ("greyscale",), "sepia": ("monochrome", "sepia"), "sketch": ("sketch",),
    "lineart": ("lineart",), "pixel": ("pixel_art",), "watercolor": ("watercolor_(medium)",),
    "bold": ("no_lineart",),
}  # fmt: skip
_COLOURLESS = frozenset({"greyscale", "sepia", "sketch", "lineart"})
_SKIES = {"day": "blue_sky", "sunset": "sunset", "night": "night_sky", "overcast": "sky"}


def true_tags(scene: Scene, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """The tags of a scene, closed under the implications.

    Args:
        scene: What was drawn.
        seen: Names of background things that nothing hides, from the drawing.
    """
    tags: set[str] = set(_counting(scene))
    for person in scene.persons:
        tags.update(_person_tags(scene, person))
    for animal in scene.animals:
        tags.add(animal.kind)
        if animal.kind == "cat" and scene.style not in _COLOURLESS:
            tags.add(COAT_WORDS[animal.coat])
    tags.update(_place_tags(scene, seen))
    tags.update(_STYLES.get(scene.style, ()))
    tags.update({scene.artist} if scene.artist else ())
    if scene.blurry:
        tags.add("blurry_background")
    if scene.signed:
        tags.add("signature")
    if scene.border:
        tags.update(("border", "white_border"))
    if max(scene.size) > 384:
        tags.add("highres")
    return closed(tags - {""})


def _counting(scene: Scene) -> Iterator[str]:
    boys = sum(person.boy for person in scene.persons)
    girls = len(scene.persons) - boys
    yield {0: "", 1: "1girl", 2: "2girls"}[girls]
    yield {0: "", 1: "1boy", 2: "2boys"}[boys]
    if not scene.persons:
        yield "no_humans"
    elif len(scene.persons) == 1:
        yield "solo"
        if scene.persons[0].boy:
            yield "male_focus"
    if scene.frame is not Frame.TINY and scene.persons:
        yield scene.frame.value
    if not scene.persons and any(animal.size > 0.1 for animal in scene.animals):
        yield "animal_focus"


def _person_tags(scene: Scene, person: Person) -> Iterator[str]:
    colour = scene.style not in _COLOURLESS
    if scene.frame is Frame.TINY:
        yield from _far_tags(person, colour=colour)
        return
    yield from _hair_tags(scene, person, colour=colour)
    yield from _face_tags(scene, person, colour=colour)
    yield from _head_tags(person, colour=colour)
    if person.chibi:
        yield "chibi"
    if person.skin == DARK_SKIN and colour:
        yield "dark_skin"
    yield from (person.character, person.copyright)
    yield from _clothes_tags(scene, person, colour=colour)
    yield from _pose_tags(scene, person)


def _far_tags(person: Person, *, colour: bool) -> Iterator[str]:
    """A small figure: only what its outline tells."""
    if person.hat in {"witch", "straw"}:
        yield _HATS[person.hat]
    if person.length in {"long", "very_long"} and not person.style:
        yield "long_hair"
    if person.outfit == "dress":
        yield "dress"
    if person.held == "umbrella":
        yield "holding_umbrella"


def _hair_tags(scene: Scene, person: Person, *, colour: bool) -> Iterator[str]:
    if colour:
        yield f"{person.hair}_hair"
        if person.streak and person.streak != person.hair and not person.hat:
            yield "streaked_hair"
    tied = person.style in {"twintails", "ponytail", "braid", "twin_braids", "drill"}
    if person.style != "double_bun" and not (scene.frame is Frame.PORTRAIT and tied):
        # The ends of longer hair are outside a portrait, yet its length shows at the shoulders.
        if person.length == "very_long" and scene.frame in {
            Frame.PORTRAIT,
            Frame.UPPER,
            Frame.COWBOY,
        }:
            yield "long_hair"
        else:
            yield f"{person.length}_hair"
    yield {"drill": "drill_hair"}.get(person.style, person.style)
    if person.bangs == "between" and person.hat != "cap":
        yield "hair_between_eyes"
    if person.bangs in {"blunt", "swept", "parted"}:
        yield f"{person.bangs}_bangs"
    if person.ahoge:
        yield "ahoge"


def _face_tags(scene: Scene, person: Person, *, colour: bool) -> Iterator[str]:
    yield from _eye_tags(person, colour=colour)
    yield from _MOUTHS[person.mouth]
    if colour and "blush" in person.marks:
        yield "blush"
    yield from person.marks & {"tears", "freckles", "fang", "eyepatch"}
    yield "bandaid_on_face" if "bandaid" in person.marks else ""
    yield "whisker_markings" if "whiskers" in person.marks else ""
    close = scene.frame in {Frame.PORTRAIT, Frame.UPPER}
    if close and "mole" in person.marks and not person.glasses:
        yield "mole"
    if "sweat" in person.marks and not person.hat:
        yield "sweatdrop"
    if scene.frame is Frame.FULL and not person.chibi:
        return
    if not person.gaze and person.eyes == "open" and person.glasses != "sun":
        yield "looking_at_viewer"


def _eye_tags(person: Person, *, colour: bool) -> Iterator[str]:
    shaded = person.glasses == "sun"
    if not shaded:
        yield {"closed": "closed_eyes", "wink": "one_eye_closed"}.get(person.eyes, "")
    if shaded:
        yield "sunglasses"
    elif person.glasses:
        yield from ("glasses", "round_eyewear" if person.glasses == "round" else "")
    if colour and person.eyes != "closed" and not shaded:
        yield f"{person.eye}_eyes"
        both = person.eyes == "open" and "eyepatch" not in person.marks
        if both and person.other_eye not in {"", person.eye}:
            yield from (f"{person.other_eye}_eyes", "heterochromia")


def _head_tags(person: Person, *, colour: bool) -> Iterator[str]:
    if person.hat:
        yield _HATS[person.hat]
    if person.ears:
        yield _EARS[person.ears]
    for ornament in person.ornaments:
        yield _ORNAMENTS[ornament]
        if ornament == "bow" and colour:
            yield f"{bow_colour(person)}_bow"
    if person.wings:
        yield "feathered_wings"


def _clothes_tags(scene: Scene, person: Person, *, colour: bool) -> Iterator[str]:
    if person.neck in {"scarf", "choker"} or (person.neck and scene.frame is not Frame.PORTRAIT):
        yield person.neck
    if person.neck == "scarf" and colour and scarf_colour(person) == "red":
        yield "red_scarf"
    if scene.frame is Frame.PORTRAIT:
        return
    outfit = {"uniform": "serafuku"}.get(person.outfit, person.outfit)
    yield outfit
    if outfit == "serafuku" and person.neck != "scarf":
        yield "neckerchief"
    if colour and outfit in {"dress", "shirt"} and f"{person.cloth}_{outfit}" in _COLOURED:
        yield f"{person.cloth}_{outfit}"
    if scene.frame is Frame.UPPER:
        return
    yield from _lower_tags(scene, person, colour=colour)


_COLOURED = {"white_dress", "black_dress", "blue_dress", "pink_dress", "red_dress", "white_shirt"}


def _lower_tags(scene: Scene, person: Person, *, colour: bool) -> Iterator[str]:
    covered = person.outfit in {"dress", "kimono"}
    if not covered:
        yield person.below
        if person.below == "skirt":
            yield "pleated_skirt"
            if colour and skirt_colour(person) in {"red", "blue", "black"}:
                yield f"{skirt_colour(person)}_skirt"
    if person.tail:
        yield f"{person.ears}_tail"
    if scene.frame is not Frame.FULL or person.outfit == "kimono":
        return
    bare = covered or person.below != "pants"
    if bare and person.legs and not (person.legs == "kneehighs" and person.boots):
        yield person.legs
        if colour and person.legs == "thighhighs":
            yield "white_thighhighs" if white_legwear(person) else "black_thighhighs"
    yield "boots" if person.boots and bare else "shoes"


def _pose_tags(scene: Scene, person: Person) -> Iterator[str]:
    if scene.frame is Frame.PORTRAIT:
        yield "umbrella" if person.held == "umbrella" else ""
        return
    yield {"wave": "waving", "behind": "arms_behind_back"}.get(person.pose, "")
    if person.pose == "hips" and scene.frame is not Frame.UPPER:
        yield "hands_on_own_hips"
    if person.held:
        yield {"cat": "holding_animal"}.get(person.held, f"holding_{person.held}")
        if person.held == "cat":
            yield "cat"


# -- places --------------------------------------------------------------------------------------


def _place_tags(scene: Scene, seen: frozenset[str]) -> Iterator[str]:
    place = scene.place
    if place.simple:
        yield from {
            "white": ("white_background",), "plain": ("simple_background",),
                "gradient": ("gradient_background",),
            "dots": ("polka_dot_background", "simple_background"),
                "stripes": ("striped_background", "simple_background"),
            "sparkle": ("gradient_background", "sparkle"),
        }[place.kind]  # fmt: skip
    if place.indoors:
        yield from ("indoors", "classroom" if place.kind == "classroom" else "")
    if place.kind == "underwater":
        yield "underwater"
    yield {"snow": "snow", "rain": "rain", "petals": "petals", "leaves": "falling_leaves"}.get(
        place.weather, ""
    )
    yield from seen - _NEEDS_COLOUR if scene.style in _COLOURLESS else seen
    if place.outdoors:
        yield from _outdoor_tags(scene)


_NEEDS_COLOUR = frozenset({"red_flower", "yellow_flower", "rainbow", "cherry_blossoms"})


def _outdoor_tags(scene: Scene) -> Iterator[str]:
    place, colour = scene.place, scene.style not in _COLOURLESS
    yield "outdoors"
    if scene.frame is Frame.TINY:
        yield "scenery"
    if scene.frame is not Frame.PORTRAIT or place.light != "overcast":
        yield "sky"
    if colour or place.light == "night":
        yield _SKIES[place.light]
    if place.light == "sunset" and colour:
        yield "orange_sky"
    if place.kind == "city":
        yield "city"
    if place.kind in {"field", "river"} and place.weather != "snow":
        yield "grass"
    if scene.frame is Frame.TINY:
        yield from _view_tags(place)


def _view_tags(place: Place) -> Iterator[str]:
    """What only a whole view shows."""
    yield {"field": "field", "city": "cityscape"}.get(place.kind, "")
    if place.things & {"flowers", "sunflowers"} and place.kind == "field":
        yield "flower_field"
    if place.kind in {"ocean", "mountain"}:
        yield "horizon" if place.kind == "ocean" else "mountainous_horizon"
