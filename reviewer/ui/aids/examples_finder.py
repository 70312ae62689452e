"""Finds examples for questions and decodes their small pictures, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from reviewer.core.errors import ReviewerError, SourceError
from reviewer.core.examples import SHOWN, Example, Examples, choose_examples, cosines
from reviewer.core.types import ImageState
from reviewer.store.answered import Embeddings
from reviewer.ui.pictures.decoding import PictureFiles, PictureKey, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QImage

    from reviewer.store.library import Library
    from reviewer.store.typical import Typical

PATIENCE_S = 1.0
"""How long closing waits: a read that hangs on a network folder is left to itself."""
KEPT = 64
"""Questions whose examples are kept."""
KEPT_PICTURES = 300

Pair = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """Examples of one question.

    Attributes:
        pair: Image id and tag id of the question.
        images: Pictures by image id; those that cannot be decoded are left out.
        paths: Relative paths by image id.
    """

    pair: Pair
    examples: Examples
    images: dict[int, QImage] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """What to look for; `answers` tells how often there were new answers before."""

    pair: Pair
    size: int
    answers: int


class ExamplesFinder(QObject):
    """Looks for examples, the question on screen first; nothing in the window waits for it.

    Attributes:
        found: Emitted with `Found`, in the GUI thread.
    """

    found = Signal(object)
    _done = Signal(object, int)

    def __init__(self, library: Library, parent: QObject) -> None:
        """Begins with nothing to do."""
        super().__init__(parent)
        self._library = library
        self._version = ""
        self._embeddings: Embeddings | None = None
        self._typical: Typical | None = None
        self._kept: OrderedDict[Pair, Found] = OrderedDict()
        self._stale: set[Pair] = set()
        self._pictures: OrderedDict[PictureKey, QImage] = OrderedDict()
        self._wanted: list[_Task] = []
        self._answers = 0
        self._stopped = False
        self._changed = threading.Condition()
        self._done.connect(self._keep)
        self._thread: threading.Thread | None = None

    def get(self, pair: Pair) -> Found | None:
        """The examples of a question, if they are found already, new answers taken in or not."""
        return self._kept.get(pair)

    def want(self, pairs: Sequence[Pair], size: int) -> None:
        """Says whose examples are wanted now, the most urgent first; earlier wishes are dropped.

        Args:
            pairs: Image id and tag id each.
            size: Side of a small picture, device pixels.
        """
        with self._changed:
            self._wanted = [
                _Task(pair, size, self._answers)
                for pair in pairs
                if pair not in self._kept or pair in self._stale
            ]
            self._changed.notify_all()
        if self._thread is None and self._wanted:
            self._thread = threading.Thread(target=self._work, name="examples", daemon=True)
            self._thread.start()

    def forget(self, tag_ids: set[int]) -> None:
        """Looks anew for examples of some tags: there are new answers on them."""
        self._answers += 1
        # They are shown until newer ones are found: mostly those are the same.
        self._stale.update(pair for pair in self._kept if pair[1] in tag_ids)

    def close(self) -> None:
        """Stops looking."""
        with self._changed:
            self._stopped = True
            self._wanted.clear()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _keep(self, found: Found, answers: int) -> None:
        if self._stopped:
            return
        self._kept[found.pair] = found
        if answers == self._answers:
            self._stale.discard(found.pair)
        else:
            # It was looked for before the last answer, which may be an example.
            self._stale.add(found.pair)
        while len(self._kept) > KEPT:
            gone, _ = self._kept.popitem(last=False)
            self._stale.discard(gone)
        self.found.emit(found)

    # -- in the thread ---------------------------------------------------------------------------

    def _work(self) -> None:
        while (task := self._take()) is not None:
            try:
                self._done.emit(self._look(task.pair, task.size), task.answers)
            except ReviewerError:
                # Examples are a help: without them one answers as before.
                logging.getLogger(__name__).warning("no examples", exc_info=True)

    def _take(self) -> _Task | None:
        with self._changed:
            while not self._wanted and not self._stopped:
                self._changed.wait()
            return None if self._stopped else self._wanted.pop(0)

    def _look(self, pair: Pair, size: int) -> Found:
        image_id, tag_id = pair
        self._open_scan()
        answers = self._library.aids.answered.of(tag_id)
        typical = self._typical.of(tag_id) if self._typical is not None else []
        nearness = self._nearness(image_id, [*answers, *typical])
        # Twice as many: some may not be there any more.
        chosen = choose_examples(image_id, answers, typical, nearness, 2 * SHOWN)
        images: dict[int, QImage] = {}
        paths: dict[int, str] = {}
        sides = [
            tuple(self._there(examples, size, images, paths))
            for examples in (chosen.yes, chosen.no)
        ]
        return Found(pair, Examples(*sides), images, paths)

    def _there(
        self,
        examples: Sequence[Example],
        size: int,
        images: dict[int, QImage],
        paths: dict[int, str],
    ) -> Iterator[Example]:
        """The first examples that can be shown; their pictures and paths are put by."""
        left = SHOWN
        for example in examples:
            image = self._library.images.get(example.image_id)
            if not left or image.state is not ImageState.OK:
                continue
            picture = self._picture(PictureKey(image.id, size, size), image.path)
            if picture is not None:
                images[image.id], paths[image.id] = picture, image.path
                left -= 1
                yield example

    def _open_scan(self) -> None:
        """Takes the scan of the version in use, if it is another one than before."""
        active = self._library.versions.active()
        if active is None or active.name == self._version:
            return
        files = self._library.scan(active.name)
        if files is not None and len(files):
            self._version = active.name
            self._embeddings = Embeddings(files)
            self._typical = self._library.typical(active.name).load()

    def _nearness(self, image_id: int, others: Sequence[int]) -> dict[int, float]:
        if self._embeddings is None:
            return {}
        ids, vectors = self._embeddings.of([image_id, *others])
        if image_id not in ids:
            return {}
        near = cosines(vectors[ids.index(image_id)], vectors)
        return dict(zip(ids, near.tolist(), strict=True))

    def _picture(self, key: PictureKey, path: str) -> QImage | None:
        if key not in self._pictures:
            try:
                self._pictures[key] = decode(key, PictureFiles(self._library.folder / path)).image
            except SourceError:
                return None
            while len(self._pictures) > KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return self._pictures[key]
