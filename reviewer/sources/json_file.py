"""JSON files as downloaders leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reviewer.core.errors import SourceError
from reviewer.sources.text import read_beside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LARGEST = 1_000_000_000
"""Bytes of a file that is read at once: its values take several times as much memory."""


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON holds anything
    """The content of a JSON file.

    Raises:
        SourceError: It cannot be read, is not JSON or is too large; the text names it.
    """
    try:
        if (size := path.stat().st_size) > LARGEST:
            raise SourceError(
                f"{path} has {size:,} bytes, too many to be read at once. Write one value a line "
                "(.jsonl), or move it out of the folder."
            )
        return _value(path, path.read_bytes())
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error


def read_json_beside(path: Path) -> Any:  # noqa: ANN401 - JSON holds anything
    """The content of a JSON file that is about one image.

    Raises:
        SourceError: It cannot be read, is not JSON or is too large; the text names it.
    """
    return _value(path, read_beside(path))


def _value(path: Path, content: bytes) -> Any:  # noqa: ANN401 - JSON holds anything
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON: {error}.") from error


def read_json_lines(path: Path) -> Iterator[Any]:
    """The values of a file with one on a line; empty lines are passed over.

    Raises:
        SourceError: It cannot be read, or a line is not JSON; the text names file and line.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    value = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    raise SourceError(f"{path}, line {number} is not JSON: {error}.") from error
                yield value
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
