"""Which images are kept out of training: told by their content alone, and so the same for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HELD_OUT = 38
"""Images whose digest begins with a byte below this, 38 of 256 or 15 %, are never trained on: the
same ones for every version, so that versions compare."""


def held_out(digests: Sequence[bytes]) -> NDArray[np.bool_]:
    """(N,) bool: images that no version is trained on, by their SHA-256 digests."""
    return np.array([digest[0] < HELD_OUT for digest in digests], bool)
