"""What the tags of a collection say about each other, as evidence for the ranking.

It needs no picture and no tagger: an image's other tags alone say how likely one more is. That is
enough for the first questions of a new collection, long before a tagger has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import carries
from reviewer.core.ranking.calibration import halves
from reviewer.core.ranking.tagspace import TagSpace, make_tag_space

if TYPE_CHECKING:
    from scipy import sparse

    from reviewer.core.ranking.evidence import BoolArray, FloatArray


@dataclass(frozen=True)
class TagEvidence:
    """Evidence (`evidence.Evidence`) from tags alone.

    Attributes:
        tags: Original tags, shape (N, T), by column.
        space: The images' places by their tags.
    """

    tags: sparse.csc_matrix
    space: TagSpace

    neighbours: None = None
    """Images with like tags are no second opinion: the space has them already."""

    @classmethod
    def of(cls, tags: sparse.csc_matrix, seed: int = 0) -> TagEvidence | None:
        """Evidence of some tags; `None` where there are too few of them, or too few images."""
        half = halves(tags.shape[0], None, seed)
        space = make_tag_space(lambda tag: carries(tags, tag), tags.shape[1], half, seed)
        return None if space is None else cls(tags, space)

    @property
    def n_images(self) -> int:
        """Number of rows."""
        return int(self.tags.shape[0])

    @property
    def n_tags(self) -> int:
        """Number of columns."""
        return int(self.tags.shape[1])

    def score(self, tag: int) -> FloatArray:
        """Logit of one tag by the other tags, shape (N,), float32; out of sample by halves."""
        return self.space.logit(tag, self.present(tag), np.arange(self.n_images))

    def present(self, tag: int) -> BoolArray:
        """Whether each image's original tags hold the tag, shape (N,), bool."""
        return carries(self.tags, tag)
