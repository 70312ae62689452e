"""The page of ratings that may be wrong: a picture, and a key for each rating."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.core.choices.choice import ChoiceKind
from reviewer.core.choices.ratings import TAGS, RatingIds, letter_of, word_of
from reviewer.ui.choice.page import ChoicePage, ChoiceSource

if TYPE_CHECKING:
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
