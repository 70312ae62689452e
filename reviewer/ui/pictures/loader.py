"""Decodes pictures off the GUI thread, the most urgent first, into a cache bounded in bytes.

A picture is decoded at the size it is shown in, so that painting copies and never scales. Results
carry the key they were asked for; who receives one compares it with what is on screen now, so a
late picture can never stand under the wrong question.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from reviewer.core.errors import SourceError
from reviewer.ui.pictures.decoding import PictureChangedError, PictureFiles, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reviewer.ui.pictures.decoding import Picture, PictureKey

AWAY_MS = 2000
"""How often the files are looked for while none is there."""

HELD_S = 3.0
"""A read that takes longer is taken to hang; another thread decodes what waits behind it."""
MOST_HELD = 4
"""Threads that are started in the place of those that hang."""
LOOK_MS = 1000
"""How often it is looked for them while anything waits."""

MOST_IN_A_ROW = 5
"""Pictures that fail one after the other before it is taken for more than their own fault."""

PATIENCE_S = 1.0
"""How long closing waits for a decode: one that hangs on a network folder is left to itself."""


class ImageLoader(QObject):
    """A few threads that decode what is wanted, and forget what is no longer.

    One thread beside the others decodes from previews only: where originals come from a slow disk,
    what has a preview is still shown at once.

    Attributes:
        loaded: Emitted with a `Picture`, in the GUI thread.
        failed: Emitted with an image id and a sentence, in the GUI thread.
        away: A picture failed because none of the files is there or can be read now; it is asked
            for again. With what is wrong with it; empty where the place of all files is not there.
        back: The files are there again.
        changed: A file is another one than the import saw; it is not shown, and not set aside.
    """

    loaded = Signal(object)
    failed = Signal(int, str)
    away = Signal(str)
    back = Signal()
    changed = Signal()
    _done = Signal(object)
    _broken = Signal(object, str, bool)
    _altered = Signal(object)

    def __init__(
        self,
        files_of: Callable[[int], PictureFiles],
        *,
        cache_bytes: int,
        threads: int = 2,
        is_away: Callable[[], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Begins without a picture.

        Args:
            files_of: Where an image's pixels are; called in the GUI thread only.
            cache_bytes: Most memory for decoded pictures.
            threads: Originals decoded at the same time.
            is_away: Whether the place of all files is not there now; asked where one fails.
                Without it each failure is of its own file.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._files_of = files_of
        self._is_away = is_away or (lambda: False)
        self._most_in_a_row = MOST_IN_A_ROW if is_away is not None else sys.maxsize
        self._in_a_row = 0
        self._held_back: PictureKey | None = None
        self._return = QTimer(self, interval=AWAY_MS)
        self._return.timeout.connect(self._look_for_files)
        self.cache_bytes = cache_bytes
        self._cache: OrderedDict[PictureKey, Picture] = OrderedDict()
        self._held = 0
        self._waiting: dict[PictureKey, PictureFiles] = {}
        self._busy: dict[PictureKey, float] = {}
        self._bad: set[int] = set()
        self._closed = False
        self._changed = threading.Condition()
        self._done.connect(self._keep)
        self._broken.connect(self._report)
        self._altered.connect(self._report_change)
        self._watch = QTimer(self, interval=LOOK_MS)
        self._watch.timeout.connect(self._look_for_held)
        self._threads: list[threading.Thread] = []
        self._most = threads + 1 + MOST_HELD
        for number in range(threads + 1):
            self._start(previews_only=number == threads)

    def get(self, key: PictureKey) -> Picture | None:
        """A picture if it is decoded."""
        picture = self._cache.get(key)
        if picture is not None:
            self._cache.move_to_end(key)
        return picture

    def want(self, keys: Sequence[PictureKey]) -> None:
        """Says what is wanted now, the most urgent first; what was wanted before is dropped."""
        if self._closed:
            return
        # What comes next was often decoded first: it must not be the first to be forgotten.
        for key in reversed(keys):
            if key in self._cache:
                self._cache.move_to_end(key)
        missing = {
            key: self._waiting.get(key) or self._files_of(key.image_id)
            for key in keys
            if key not in self._cache and key.image_id not in self._bad
        }
        with self._changed:
            self._waiting = {key: at for key, at in missing.items() if key not in self._busy}
            self._changed.notify_all()
        if missing and not self._watch.isActive():
            self._watch.start()

    def close(self) -> None:
        """Stops the threads; what is being decoded is thrown away."""
        self._return.stop()
        self._watch.stop()
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(PATIENCE_S / len(self._threads))

    # -- in the threads --------------------------------------------------------------------------

    def _work(self, previews_only: bool) -> None:
        while (task := self._take(previews_only)) is not None:
            key, files = task
            problem, picture, away = "", None, False
            try:
                picture = decode(key, files)
            except PictureChangedError:
                self._altered.emit(key)
                continue
            except SourceError as error:
                problem, away = str(error), self._is_away()
            except MemoryError:
                problem = f"{files.original} needs more memory than there is."
            with self._changed:
                if self._closed:
                    return
                if picture is None:
                    self._broken.emit(key, problem, away)
                else:
                    self._done.emit(picture)

    def _take(self, previews_only: bool) -> tuple[PictureKey, PictureFiles] | None:
        """Waits for the most urgent picture; `None` when there is nothing more to do."""
        with self._changed:
            while not self._closed:
                for key, files in self._waiting.items():
                    if not previews_only or files.preview_for(key) is not None:
                        del self._waiting[key]
                        self._busy[key] = time.monotonic()
                        return key, files
                self._changed.wait()
        return None

    # -- in the GUI thread -----------------------------------------------------------------------

    def _start(self, *, previews_only: bool) -> None:
        # Daemons: a read that never returns must not keep the program from ending.
        name = f"decode-{len(self._threads)}"
        thread = threading.Thread(target=self._work, args=(previews_only,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _look_for_held(self) -> None:
        """Starts another thread where all that decode originals hang, and pictures wait."""
        long_ago = time.monotonic() - HELD_S
        with self._changed:
            held = sum(since < long_ago for since in self._busy.values())
            waits, works = bool(self._waiting), bool(self._busy)
        if not waits and not works:
            self._watch.stop()
        elif waits and len(self._threads) - 1 <= held and len(self._threads) < self._most:
            self._start(previews_only=False)

    def _keep(self, picture: Picture) -> None:
        with self._changed:
            self._busy.pop(picture.key, None)
        if self._closed:
            return
        was_away, self._in_a_row = self._in_a_row > self._most_in_a_row, 0
        self._cache[picture.key] = picture
        self._held += picture.cost
        while self._held > self.cache_bytes and len(self._cache) > 1:
            _, oldest = self._cache.popitem(last=False)
            self._held -= oldest.cost
        self.loaded.emit(picture)
        if was_away:
            self._return.stop()
            self.back.emit()

    def _report(self, key: PictureKey, problem: str, away: bool) -> None:
        with self._changed:
            self._busy.pop(key, None)
        if self._closed or key.image_id in self._bad:
            return
        self._in_a_row += not away
        if away or self._in_a_row > self._most_in_a_row:
            self._held_back = key
            self._return.start()
            self.away.emit("" if away else problem)
        else:
            self._bad.add(key.image_id)
            self.failed.emit(key.image_id, problem)

    def _report_change(self, key: PictureKey) -> None:
        with self._changed:
            self._busy.pop(key, None)
        if not self._closed:
            self.changed.emit()

    def _look_for_files(self) -> None:
        if self._is_away():
            return
        key = self._held_back
        if key is None or self._in_a_row <= self._most_in_a_row:
            self._return.stop()
            self.back.emit()
            return
        with self._changed:
            self._waiting.setdefault(key, self._files_of(key.image_id))
            self._changed.notify_all()
