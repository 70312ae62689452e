from __future__ import annotations

from typing import Any

import numpy as np

from reviewer.core.compiled import compiled

LOOP = """
def total(numbers):
    found = 0
    for number in numbers:
        found += number
    return found
"""


def test_a_loop_whose_code_cannot_be_kept_is_compiled_all_the_same() -> None:
    """As in a read-only installation of a user without a home."""
    place: dict[str, Any] = {}
    exec(compile(LOOP, "<nowhere>", "exec"), place)
    total = compiled(place["total"])
    assert total(np.arange(5)) == 10
    assert total is not place["total"]
