"""Works out ahead why the next questions are asked: heat maps, and what other tags say."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.queues import QueueBook
from reviewer.core.tags.companions import Companions
from reviewer.core.types import ChangeSet, Side
from reviewer.jobs.context import Listener, Stage, stage
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.pictures import open_for_tagger
from reviewer.jobs.tagger_problems import tagger_errors
from reviewer.store.heatmaps import COMPANIONS, RECORD, HeatmapFiles
from reviewer.store.scans import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from model.predict import Predictor
    from reviewer.store.library import Library

HEADS = ((0, 8), (8, 24))
"""First so many questions of each queue and side, of all queues; then so many more."""
COUNT = 3000
"""Pairs that one run works out at most."""
AT_ONCE = 8
"""Pictures that go through the network together."""


def explain(
    library: Library,
    listener: Listener,
    *,
    count: int = COUNT,
    minutes: float = 10.0,
    device: str = "auto",
    pair: tuple[int, int] | None = None,
) -> ChangeSet:
    """Works out what is missing, for the best queues first.

    Args:
        library: A collection with a ranking.
        listener: Hears of progress.
        count: Pairs to work out at most.
        minutes: After this long it stops; the next run goes on. 0 for no limit.
        device: "auto", "cpu", "cuda" or "mps".
        pair: Image id and tag id of the one question to work out; `None` for those that come next.

    Raises:
        TaggerError: The version cannot be loaded.
        StoreError: The maps cannot be written; those before stay.
    """
    ranking = library.rankings.load()
    if not len(ranking):
        return ChangeSet(summary={"maps": 0})
    from model.predict import Predictor

    with tagger_errors():
        predictor = Predictor.load(library.version_folder(ranking.version), device)
    ids = library.tags.ids()
    columns = {ids[tag]: column for column, (tag, _) in enumerate(predictor.tags) if tag in ids}
    work = _Work(library, predictor, library.heatmaps(ranking.version), columns)
    pairs = next_questions(QueueBook(ranking)) if pair is None else iter([pair])
    wanted = work.missing(pairs, count)
    if wanted:
        work.count_tags(ranking.version)
    until = time.monotonic() + 60 * minutes if minutes else None
    with stage(listener, "explain", sum(map(len, wanted.values())), "questions") as progress:
        made = work.run(wanted, progress, until)
    return ChangeSet(summary={"maps": made, "version": ranking.version})


def next_questions(book: QueueBook) -> Iterator[tuple[int, int]]:
    """The pairs at the heads of all queues and sides, in the order in which queues promise."""
    queues = [entry.tag_id for entry in book.summaries()]
    for first, last in HEADS:
        for tag_id in queues:
            for side in Side:
                for question in itertools.islice(book.questions(tag_id, side), first, last):
                    yield question.pair


class _Work:
    """What is needed to make maps of some pairs."""

    def __init__(
        self,
        library: Library,
        predictor: Predictor,
        files: HeatmapFiles,
        columns: dict[int, int],
    ) -> None:
        self._library = library
        self._predictor = predictor
        self._files = files
        self._columns = columns
        self._images = {
            image_id: (library.folder / path, digest_of(sha256))
            for image_id, path, sha256 in library.images.askable()
        }
        self._rows: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self._tags: list[int] = []
        self._companions: Companions | None = None

    def count_tags(self, version: str) -> None:
        """Counts how often tags go together; without a refresh there is nothing to count."""
        crossfit = self._library.crossfit(version).load()
        if crossfit is None:
            return
        images, self._tags = crossfit.images.tolist(), crossfit.tags.tolist()
        labels = gather_labels(self._library, images, self._library.vocabulary())
        self._companions = Companions(labels.original.columns(self._tags))
        self._rows = {image_id: row for row, image_id in enumerate(images)}
        self._places = {tag_id: column for column, tag_id in enumerate(self._tags)}

    def missing(self, pairs: Iterator[tuple[int, int]], count: int) -> dict[int, list[int]]:
        """The tags of each image that have no map yet, by image id."""
        records = self._files.records()
        there = set(
            zip(
                records["image"].tolist(),
                records["tag"].tolist(),
                records["digest"].tolist(),
                strict=True,
            )
        )
        wanted: dict[int, list[int]] = {}
        for image_id, tag_id in pairs:
            if count == 0:
                break
            place = self._images.get(image_id)
            if place is None or tag_id not in self._columns:
                continue
            if (image_id, tag_id, place[1]) not in there:
                wanted.setdefault(image_id, []).append(tag_id)
                count -= 1
        return wanted

    def run(self, wanted: dict[int, list[int]], progress: Stage, until: float | None) -> int:
        """Makes maps until all are there or the time is up; returns how many."""
        made = 0
        order = list(wanted)
        for start in range(0, len(order), AT_ONCE):
            if until is not None and time.monotonic() > until:
                break
            chunk = order[start : start + AT_ONCE]
            made += self._batch({image_id: wanted[image_id] for image_id in chunk})
            progress.advance(sum(len(wanted[image_id]) for image_id in chunk))
        return made

    def _batch(self, wanted: dict[int, list[int]]) -> int:
        from model.heatmap import heat_maps

        opened = {
            image_id: picture
            for image_id in wanted
            if (picture := self._open(self._images[image_id][0])) is not None
        }
        if not opened:
            return 0
        maps = heat_maps(
            self._predictor,
            np.stack([pixels for pixels, _ in opened.values()]),
            [size for _, size in opened.values()],
            [[self._columns[tag] for tag in wanted[image_id]] for image_id in opened],
        )
        records = np.array(
            [
                (image_id, tag_id, self._images[image_id][1], *self._others(image_id, tag_id))
                for image_id in opened
                for tag_id in wanted[image_id]
            ],
            RECORD,
        )
        self._files.append(records, np.concatenate(maps))
        return len(records)

    def _others(self, image_id: int, tag_id: int) -> tuple[float, list[int], list[float]]:
        """What the image's other tags say, as the record has it."""
        row, column = self._rows.get(image_id), self._places.get(tag_id)
        if row is None or column is None or self._companions is None:
            return 0.0, [-1] * COMPANIONS, [0.0] * COMPANIONS
        found = self._companions.of(row, column)
        missing = COMPANIONS - len(found)
        return (
            self._companions.usual(column),
            [int(self._tags[entry.column]) for entry in found] + [-1] * missing,
            [entry.share for entry in found] + [0.0] * missing,
        )

    def _open(self, path: Path) -> tuple[NDArray[np.uint8], tuple[int, int]] | None:
        """The prepared pixels of a file and its size; `None` if it is broken."""
        from model.images import prepare

        config = self._predictor.record.config
        try:
            picture: Image.Image = open_for_tagger(path, config.wanted_px)
        except ValueError:
            # The scan sets such an image aside and says so.
            return None
        return prepare(picture, config), picture.size
