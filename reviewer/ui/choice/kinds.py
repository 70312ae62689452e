"""The kinds of choices that have a page: ratings that may be wrong, and whose a face is."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPixmap

from reviewer.core.choices.choice import ChoiceKind
from reviewer.core.choices.ratings import TAGS, RatingIds, letter_of, word_of
from reviewer.core.types import Category
from reviewer.store.character_examples import examples_folder, load_examples
from reviewer.ui.choice.page import ChoicePage, ChoiceSource
from reviewer.ui.choice.row import FaceRow
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from reviewer.core.types import Tag
    from reviewer.store.library import Library
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

RATINGS = ChoiceKind(
    id="ratings",
    lead="Rating of this image?",
    about=(
        "Images whose rating is likely wrong, told from what the tagger sees and from their tags. "
        "What the image is rated now is shown after your answer."
    ),
    job=("Find likely wrong ratings", ("ratings",)),
    nothing=(
        "There are no questions about ratings.\n"
        "They come from the images' ratings and a scan: press “Find likely wrong ratings”."
    ),
    letters=MappingProxyType({name: letter_of(name) for name in TAGS}),
    titles=MappingProxyType({name: word_of(name).capitalize() for name in TAGS}),
)


def rating_page(review: Review, beside: Beside) -> ChoicePage:
    """The page of ratings, for an open collection."""
    library = review.library

    def original(image_id: int) -> frozenset[int]:
        image = library.images.get(image_id)
        # Few of a collection's tags are ratings; they are looked up by name, as a job may have
        # added them since the window knows its tags.
        ids = RatingIds.among(library.tags.ids_of(TAGS))
        tags = library.images.original_tags(image_id)
        return ids.original(image.rating, image.rating_scheme, tags)

    return ChoicePage(review, beside, ChoiceSource(RATINGS, original=original))


CHARACTERS = ChoiceKind(
    id="characters",
    lead="Which character?",
    about=(
        "Faces that are nobody's yet, and faces that look like somebody else than their tag says. "
        "Where no frame is drawn, the whole image is meant. Nothing is said of other faces."
    ),
    job=("Find faces to ask about", ("characters", "ask")),
    nothing=(
        "There are no questions about characters.\n"
        "They come from faces: import a set (reviewer characters import) or find heads with a "
        "detector that you have (reviewer characters detect), then train: reviewer characters "
        "train."
    ),
    none="None of these",
)


def characters_page(review: Review, beside: Beside) -> ChoicePage:
    """The page of faces, for an open collection."""
    names: dict[str, int] = {}
    heads = partial(_head_of, review.library, names)
    source = ChoiceSource(CHARACTERS, row=lambda parent: FaceRow(heads, parent))
    return ChoicePage(review, beside, source)


def _head_of(library: Library, names: dict[str, int], title: str) -> QPixmap | None:
    """The typical head of a character by its name as it is shown."""
    if title not in names:
        names.update({shown_name(tag.name): tag.id for tag in _people(library)})
    head = load_examples(examples_folder(library.workspace.path)).of(names.get(title, -1))
    if head is None:
        return None
    pixels = np.ascontiguousarray(head)
    side = pixels.shape[0]
    image = QImage(pixels.data, side, side, 3 * side, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)


def _people(library: Library) -> list[Tag]:
    tags = library.vocabulary().tags.values()
    return [tag for tag in tags if tag.category is Category.CHARACTER]
