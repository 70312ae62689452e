"""Makes previews of the large originals that will be asked about first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow

from reviewer.core.errors import SourceError
from reviewer.core.types import ChangeSet
from reviewer.jobs.context import stage
from reviewer.pictures import open_picture
from reviewer.store.previews import LARGE_PIXELS, PREVIEW_PX

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.queues import Ranking
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library
    from reviewer.store.previews import PreviewFiles

EACH_QUEUE = 200
"""Questions of a queue whose images get a preview."""
MOST_IMAGES = 5000
KEEP_BYTES = 4 << 30
"""Disk that previews may take."""


def make_previews(
    library: Library, listener: Listener, *, limit: int = MOST_IMAGES, threads: int = 1
) -> ChangeSet:
    """Makes the previews that are missing, of the images at the head of the queues.

    Args:
        library: The collection.
        listener: Hears of progress.
        limit: Most previews to make.
        threads: Originals decoded at the same time; each holds up to 200 MB while it is.

    Returns:
        `previews`: how many were made.

    Raises:
        StoreError: They cannot be written.
    """
    large = {entry[0]: entry for entry in library.facts.large(LARGE_PIXELS)}
    if not large:
        return ChangeSet(summary={"previews": 0})
    previews = library.previews
    wanted = [
        (library.folder / large[image_id][1], large[image_id][2])
        for image_id in asked_first(library.rankings.load(), EACH_QUEUE)
        if image_id in large and not previews.place(large[image_id][2]).exists()
    ][:limit]
    made = 0
    with (
        ThreadPoolExecutor(threads) as pool,
        stage(listener, "previews", len(wanted), "images") as told,
    ):
        for done in pool.map(lambda entry: make_preview(previews, *entry), wanted):
            made += done
            told.advance()
    previews.drop_oldest(KEEP_BYTES)
    return ChangeSet(summary={"previews": made})


def make_preview(previews: PreviewFiles, path: Path, sha256: bytes) -> bool:
    """Makes one preview; false where the original cannot be read (the review will say so)."""
    try:
        picture = open_picture(path, PREVIEW_PX)
    except SourceError:
        return False
    picture.thumbnail((PREVIEW_PX, PREVIEW_PX), Pillow.Resampling.LANCZOS, reducing_gap=2.0)
    previews.save(sha256, picture)
    return True


def asked_first(ranking: Ranking, each: int) -> list[int]:
    """The images at the heads of all queues, those at the very head first, none twice.

    Args:
        ranking: The questions.
        each: Questions of a queue.
    """
    lengths = np.diff(ranking.offsets)
    places = np.arange(len(ranking)) - np.repeat(ranking.offsets[:-1], lengths)
    heads = np.flatnonzero(places < each)
    order = heads[np.argsort(places[heads], kind="stable")]
    return list(dict.fromkeys(np.asarray(ranking.images)[order].tolist()))
