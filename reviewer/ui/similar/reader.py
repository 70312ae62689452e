"""What the page of similar images shows, read in a thread: the nearest ones and their labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

from reviewer.core.errors import SourceError, UsageError
from reviewer.core.labels import Label, label
from reviewer.store.nearest import EXACT_UP_TO, NearestImages
from reviewer.ui.pictures.decoding import PictureFiles, PictureKey, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.core.types import Question
    from reviewer.store.library import Library
    from reviewer.store.nearest import Near

SHOWN = 20
MORE = 10
"""Looked up beyond what is shown, in place of images that are gone."""


@dataclass(frozen=True)
class SimilarImage:
    """One image beside the one in question.

    Attributes:
        near: How near it is; `None` for the image in question itself.
        label: Of the asked tag.
        picture: `None` until it is decoded, and where that cannot be done.
    """

    image_id: int
    path: str
    near: Near | None
    label: Label
    picture: QImage | None = None


@dataclass(frozen=True)
class SimilarFound:
    """The image in question and those nearest to it.

    Attributes:
        pair: Image id and tag id that were asked about.
        images: The one in question first, then the nearest.
        among: Images that were looked through.
        slow: Whether an index would have found them sooner.
    """

    pair: tuple[int, int]
    images: tuple[SimilarImage, ...]
    among: int
    slow: bool


class SimilarReader:
    """Finds the nearest images of the version in use; used by one thread at a time."""

    def __init__(self, library: Library, vocabulary: Vocabulary) -> None:
        """Reads nothing yet."""
        self._library = library
        self._vocabulary = vocabulary
        self._known: tuple[str, int] = ("", 0)
        self._nearest: NearestImages | None = None
        self._given_up = Event()

    def begin(self) -> None:
        """Lets what is asked for next go on to its end."""
        self._given_up.clear()

    def give_up(self) -> None:
        """Ends a reading of all embeddings that goes on in another thread."""
        self._given_up.set()

    def _go_on(self) -> None:
        if self._given_up.is_set():
            raise UsageError("Nobody waits for the nearest images any more.")

    def find(self, question: Question, *, by_hash: bool) -> SimilarFound:
        """The nearest images of one, and what is known of the asked tag on each.

        Args:
            question: Its image and its tag.
            by_hash: By difference hash, or by embedding.

        Raises:
            UsageError: Nothing is scanned, or this image is not, or it was given up meanwhile.
            StoreError: The index cannot be read.
        """
        nearest = self._open()
        image_id = question.image_id
        if nearest is None or not nearest.known(image_id):
            raise UsageError(
                "This image is not scanned yet: the page of jobs scans, then its like can be told."
            )
        one, embedding = nearest.hash_of(image_id), nearest.embedding(image_id)
        if by_hash:
            near = nearest.by_hash(one, SHOWN + MORE, embedding=embedding, without=image_id)
        else:
            near = nearest.by_look(embedding, one, SHOWN + MORE, without=image_id)
        there = [entry for entry in near if self._library.images.is_askable(entry.image_id)]
        return SimilarFound(
            question.pair,
            (
                self._told(image_id, question.tag_id, None),
                *(self._told(e.image_id, question.tag_id, e) for e in there[:SHOWN]),
            ),
            len(nearest),
            slow=not by_hash and nearest.exact and len(nearest) > EXACT_UP_TO,
        )

    def with_pictures(self, images: Sequence[SimilarImage], px: int) -> list[SimilarImage]:
        """Some of the images with their pictures, at most `px` device pixels a side."""
        return [self._with_picture(entry, px) for entry in images]

    def _open(self) -> NearestImages | None:
        """The search over the scan in use; made anew when that has grown or is another one."""
        active = self._library.versions.active()
        files = self._library.scan(active.name) if active else None
        if active is None or files is None or not len(files):
            return None
        if self._known != (active.name, len(files)):
            self._nearest = NearestImages(files, between=self._go_on)
            self._known = (active.name, len(files))
        return self._nearest

    def _told(self, image_id: int, tag_id: int, near: Near | None) -> SimilarImage:
        known = label(
            self._library.images.original_tags(image_id),
            self._library.decisions.answers(image_id),
            self._vocabulary.implications,
            tag_id,
        )
        return SimilarImage(image_id, self._library.images.get(image_id).path, near, known)

    def _with_picture(self, entry: SimilarImage, px: int) -> SimilarImage:
        key = PictureKey(entry.image_id, px, px)
        try:
            picture = decode(key, PictureFiles(self._library.images.path(entry.image_id))).image
        except SourceError:
            return entry
        return replace(entry, picture=picture)
