"""What an engine loses and gains beside torch, measured on the user's images."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.errors import TaggerError
from reviewer.jobs.context import stage
from reviewer.jobs.engines.sample import draw_sample, read_sample
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.disk import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from model.engines.quality import Quality
    from model.predict import Predictor
    from reviewer.jobs.context import Listener
    from reviewer.store.library import Library

MOST_LOST = 0.02
"""Mean average precision that an engine may lose without being asked for in so many words."""
LEAST_SAME = 0.8
"""Share of the most suspicious pairs that must be the same, likewise."""


def judge_once(library: Library, listener: Listener, predictor: Predictor, folder: Path) -> Quality:
    """What was measured of an engine before; measured now where it was not.

    Args:
        library: The collection.
        listener: Hears of progress.
        predictor: A version on the engine.
        folder: Where the measurement is kept.

    Raises:
        TaggerError: The version cannot be run, or there is no image to run it on.
        StoreError: The measurement cannot be written.
    """
    from model.engines.quality import Quality

    path = folder / "quality.json"
    try:
        return Quality(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        quality = judge(library, listener, predictor)
    write_whole(path, json.dumps(asdict(quality)))
    return quality


def judge(library: Library, listener: Listener, predictor: Predictor) -> Quality:
    """Runs torch and another engine on the same pictures, on one thread.

    Args:
        library: The collection.
        listener: Hears of progress.
        predictor: A version on the engine.

    Raises:
        TaggerError: The version cannot be run, or there is no image to run it on.
    """
    import torch

    from model.engines.quality import compare
    from model.parallel import threads_divided
    from model.predict import Predictor

    chosen = draw_sample(library).judged
    with tagger_errors():
        both = (Predictor.load(predictor.record.folder, "cpu"), predictor)
    runs = _Runs(both)
    title = "engine beside torch"
    with (
        stage(listener, title, len(chosen), "images") as progress,
        tagger_errors(),
        threads_divided(torch.get_num_threads()),
    ):
        for images, pixels in read_sample(library, chosen, predictor.record.config):
            runs.add(images, pixels)
            progress.advance(len(images))
    if not runs.images:
        raise TaggerError("There is no image to compare engines on; import some first.")
    before, after = (np.concatenate(part) for part in runs.logits)
    present = _present(library, both[0], np.concatenate(runs.images))
    return compare(before, after, present, runs.seconds[0] / max(runs.seconds[1], 1e-9))


def refuse_loss(engine: str, quality: Quality) -> None:
    """Refuses an engine that loses too much.

    Raises:
        TaggerError: It does; the text says how much, and what to do.
    """
    if quality.lost <= MOST_LOST and quality.same_top >= LEAST_SAME:
        return
    raise TaggerError(
        f"The engine {engine} loses too much with this version. {quality.words()} Use "
        "--engine onnx, or --accept-loss to take it all the same."
    )


class _Runs:
    """Batches run by torch and by another engine in turn, with the CPU seconds of each."""

    def __init__(self, both: tuple[Predictor, Predictor]) -> None:
        self._both = both
        self.images: list[NDArray[np.int64]] = []
        self.logits: tuple[list[NDArray[np.float32]], ...] = ([], [])
        self.seconds = [0.0, 0.0]

    def add(self, images: NDArray[np.int64], pixels: NDArray[np.uint8]) -> None:
        """Runs a batch on both."""
        if not self.images:
            # The first batch of each makes buffers ready, which a scan does once.
            for predictor in self._both:
                predictor.run(pixels)
        self.images.append(images)
        for place, predictor in enumerate(self._both):
            began = time.process_time()
            self.logits[place].append(predictor.run(pixels)[0])
            self.seconds[place] += time.process_time() - began


def _present(
    library: Library, predictor: Predictor, images: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(N, T), which images have which of a version's tags."""
    ids = library.tags.ids()
    rows = library.images.tag_rows().of(images)
    known = [ids.get(tag, -1) for tag, _ in predictor.tags]
    there = np.array([tag for tag in known if tag >= 0], np.int64)
    present = np.zeros((len(images), len(known)), bool)
    places = [column for column, tag in enumerate(known) if tag >= 0]
    present[:, places] = rows.columns(there).toarray() > 0
    return present
