"""The only way to a file in `resources/`."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def asset(name: str) -> Path:
    """The path of a resource.

    A wheel carries the resources inside the package; in a checkout they stand beside it.

    Args:
        name: Relative to `resources/`, with forward slashes ("icons/flag.svg").

    Raises:
        FileNotFoundError: The installation lacks it.
    """
    for folder in (_HERE / "resources", _HERE.parent / "resources"):
        path = folder / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"the installation lacks resources/{name}; install the program again")
