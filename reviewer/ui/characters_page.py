"""The page of faces: a framed head, and a key for each of the likeliest characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.choice import ChoiceKind
from reviewer.ui.choice_page import ChoicePage, ChoiceSource

if TYPE_CHECKING:
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

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
    return ChoicePage(review, beside, ChoiceSource(CHARACTERS))
