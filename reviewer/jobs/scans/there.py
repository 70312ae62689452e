"""The scan that counts now, and where in it the images are that are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles


def scanned(library: Library) -> tuple[str, ScanFiles]:
    """The active version and its scan.

    Raises:
        UsageError: There is no version, or nothing is scanned with it.
    """
    active = library.versions.active()
    files = library.scan(active.name) if active else None
    if active is None or files is None or not len(files):
        raise UsageError("Nothing is scanned yet. Train and scan first: reviewer train, scan")
    return active.name, files


def present_rows(library: Library, files: ScanFiles) -> NDArray[np.int64]:
    """(N,) int64 places in a scan of the images that are there, by image id."""
    latest = files.latest()
    ids = files.rows()["image"][latest]
    kept = np.isin(ids, library.images.askable_ids())
    return latest[kept][np.argsort(ids[kept])]
