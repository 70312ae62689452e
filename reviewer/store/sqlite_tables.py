"""sqlite-utils as the store uses it: without pandas, for which it looks only to know its types.

Where pandas is installed, for whatever else, loading it takes longer than the whole window.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Has a package not be found, unless it was loaded before."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # Python's own sign that it is not there
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden("pandas"):
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

__all__ = ["Migrations", "sqlite_utils"]
