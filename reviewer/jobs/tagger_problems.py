"""The tagger's own errors as the program's: `model` knows nothing of the application's."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreFullError, TaggerError
from reviewer.store.disk import full_disk_sentence, is_full

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def tagger_errors() -> Iterator[None]:
    """Turns the tagger's own words into the program's error.

    Raises:
        TaggerError: What the tagger said.
        StoreFullError: There was no space for what it wrote.
    """
    from model.errors import TaggerProblem

    try:
        yield
    except TaggerProblem as problem:
        raise TaggerError(str(problem)) from problem
    except OSError as error:
        if not is_full(error):
            raise
        raise StoreFullError(full_disk_sentence(Path(error.filename or "."))) from error
