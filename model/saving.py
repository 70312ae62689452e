"""Tensors into a file, where a disk that is full says so as any other file does."""

from __future__ import annotations

import errno
import os
import re
import time
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import save_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

_NUMBER = re.compile(r"\(os error (\d+)\)")
_FULL_ON_WINDOWS = 112


PATIENCE_S = 3.0 if os.name == "nt" else 0.0
"""How long a file may be open elsewhere, in a search for viruses for one, before that is an error:
Windows moves nothing that is. Elsewhere a refusal is final."""

_PAUSE_S = 0.05


def move(source: Path, target: Path) -> None:
    """Give a file or folder its name, in the place of a file that had it.

    Args:
        source: Written whole.
        target: No folder.

    Raises:
        OSError: The system refuses.
    """
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if time.monotonic() >= end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def save_tensors(
    tensors: Mapping[str, Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Writes a safetensors file; of one that could not be written whole nothing stays.

    Args:
        tensors: Contiguous, by name.
        path: Where to; replaced if it is there.
        metadata: Texts in the head of the file.

    Raises:
        OSError: The disk refuses, with the file's name.
    """
    try:
        save_file(dict(tensors), path, metadata=dict(metadata) if metadata is not None else None)
    except SafetensorError as problem:
        # The library hides the system's word in a sentence, and half a network takes the room that
        # somebody has to free.
        path.unlink(missing_ok=True)
        found = _NUMBER.search(str(problem))
        number = int(found.group(1)) if found else errno.EIO
        if os.name == "nt":
            number = errno.ENOSPC if number == _FULL_ON_WINDOWS else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from problem
