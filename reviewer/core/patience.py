"""Moving files on a system where nothing is moved or deleted that somebody has open."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE_S = 3.0 if os.name == "nt" else 0.0
"""How long a refusal is taken for one of the moment: on Windows another process of this program may
be reading, or a search for viruses. Elsewhere it is final."""

_PAUSE_S = 0.05


def patiently(step: Callable[[], object]) -> None:
    """Takes a step that may have to wait for others to close a file.

    Args:
        step: Moves or deletes something; taken again for `PATIENCE_S` where it is refused.

    Raises:
        OSError: It is refused still, or failed for another reason.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            step()
        except PermissionError:
            if time.monotonic() >= end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
