"""The tagger's own errors as the program's: `model` knows nothing of the application's."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reviewer.core.errors import TaggerError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def tagger_errors() -> Iterator[None]:
    """Turns the tagger's own words into the program's error.

    Raises:
        TaggerError: What the tagger said.
    """
    from model.errors import TaggerProblem

    try:
        yield
    except TaggerProblem as problem:
        raise TaggerError(str(problem)) from problem
