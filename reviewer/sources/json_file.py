"""JSON files as downloaders leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reviewer.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def read_json(path: Path) -> Any:  # noqa: ANN401 - JSON holds anything
    """The content of a JSON file.

    Raises:
        SourceError: It cannot be read or is not JSON; the text names it.
    """
    try:
        return msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (msgspec.DecodeError, RecursionError) as error:
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
                except (msgspec.DecodeError, RecursionError) as error:
                    raise SourceError(f"{path}, line {number} is not JSON: {error}.") from error
                yield value
    except OSError as error:
        raise SourceError(f"Cannot read {path}: {error.strerror or error}.") from error
