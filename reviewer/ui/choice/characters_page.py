"""The page of faces: a framed head, and a key for each of the likeliest characters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPixmap

from reviewer.core.choices.choice import ChoiceKind
from reviewer.core.types import Category
from reviewer.store.character_examples import examples_folder, load_examples
from reviewer.ui.choice.face_row import FaceRow
from reviewer.ui.choice.page import ChoicePage, ChoiceSource
from reviewer.ui.theme import shown_name

if TYPE_CHECKING:
    from reviewer.core.types import Tag
    from reviewer.store.library import Library
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
