"""Files of a folder that grow by records and are cut after a crash."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class RecordFiles:
    """Appends to and cuts files of one folder by name."""

    def __init__(self, folder: Path) -> None:
        """Works under `folder`."""
        self.folder = folder

    def _size(self, name: str) -> int:
        path = self.folder / name
        return path.stat().st_size if path.exists() else 0

    def _read(self, name: str, kind: type[np.uint8], count: int) -> NDArray[np.uint8]:
        if count == 0:
            return np.zeros(0, kind)
        return np.fromfile(self.folder / name, kind, count)

    def _extend(self, name: str, content: bytes) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _cut(self, name: str, size: int) -> None:
        path = self.folder / name
        if path.exists() and path.stat().st_size > size:
            os.truncate(path, size)
