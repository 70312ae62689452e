"""The tagger's own errors as the program's: `model` knows nothing of the application's."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.errors import StoreFullError, TaggerError
from reviewer.store.disk import full_disk_sentence, is_full

if TYPE_CHECKING:
    from collections.abc import Iterator


NO_ROOM = (
    "The device has too little memory for this work. End what else uses it, take fewer images at "
    "once (train has --batch-size), or compute with --device cpu."
)


@contextmanager
def tagger_errors() -> Iterator[None]:
    """Turns the tagger's own words into the program's error.

    Raises:
        TaggerError: What the tagger said, or that its device has too little memory.
        StoreFullError: There was no space for what it wrote.
    """
    from model.errors import TaggerProblem

    try:
        yield
    except TaggerProblem as problem:
        raise TaggerError(str(problem)) from problem
    except RuntimeError as error:
        # Whoever fails so has loaded torch; others must not wait for it.
        from model.launching import lacks_memory

        if not lacks_memory(error):
            raise
        raise TaggerError(NO_ROOM) from error
    except OSError as error:
        if not is_full(error):
            raise
        raise StoreFullError(full_disk_sentence(Path(error.filename or "."))) from error
