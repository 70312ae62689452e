"""Images that look like one: by the embeddings and by the hashes of a scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reviewer.core.lookup import place_of
from reviewer.core.nearest import Between, Centre, bits_apart, cosines_of, first_few, nothing
from reviewer.store.nearest_index import NearestIndex, can_build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reviewer.store.scans import ScanFiles

EXACT_UP_TO = 100_000
"""Images up to which every one is compared; beyond, an index is asked if there is one."""

LOOKED_AT = 8
"""So many times the images wanted are taken from the index and compared exactly."""
LEAST_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Near:
    """An image that is near.

    Attributes:
        cosine: Of the embeddings from their middle, -1..1.
        bits: In which the difference hashes differ, 0..64.
    """

    image_id: int
    cosine: float
    bits: int


class NearestImages:
    """Finds the nearest images in one scan; made once, asked often.

    Attributes:
        exact: Whether every image is compared with every other.
    """

    def __init__(
        self, files: ScanFiles, *, exact: bool | None = None, between: Between = nothing
    ) -> None:
        """Reads where each image is.

        Args:
            files: The scan.
            exact: Compare with every image, or ask the index; `None` for the index where the
                collection is large and there is one.
            between: Called between the parts of a reading of all embeddings.
        """
        self._between = between
        rows = files.latest()
        records = files.rows()
        ids = records["image"][rows].astype(np.int64)
        order = np.argsort(ids)
        self._ids, self._rows = ids[order], rows[order]
        self._hashes = np.ascontiguousarray(records["hash"])
        self._embeddings = files.embeddings()
        self._index = NearestIndex(files.folder / "nearest")
        self._centre: Centre | None = None
        self._place_of_row = np.full(len(records), -1, np.int64)
        self._place_of_row[self._rows] = np.arange(len(self._rows))
        if exact is None:
            exact = len(ids) <= EXACT_UP_TO or not self._index.count() or not can_build()
        self.exact = exact

    def __len__(self) -> int:
        """Images scanned."""
        return len(self._ids)

    @property
    def index(self) -> NearestIndex:
        """The index, built or not."""
        return self._index

    @property
    def centre(self) -> Centre:
        """Middle and lengths of all records' embeddings; read when they are first needed."""
        if self._centre is None:
            self._centre = Centre.of(self._embeddings, self._between)
        return self._centre

    @property
    def ids(self) -> NDArray[np.int64]:
        """(M,) image ids, ascending."""
        return self._ids

    def known(self, image_id: int) -> bool:
        """Whether an image was scanned."""
        return self._row(image_id) is not None

    def embedding(self, image_id: int) -> NDArray[np.float16]:
        """(D,) embedding of an image that was scanned."""
        return np.asarray(self._embeddings[self._known_row(image_id)])

    def hash_of(self, image_id: int) -> int:
        """Difference hash of an image that was scanned."""
        return int(self._hashes[self._known_row(image_id)])

    def by_look(
        self, embedding: NDArray[np.floating], one: int, count: int, *, without: int = -1
    ) -> list[Near]:
        """The nearest by embedding, nearest first.

        Args:
            embedding: (D,) of the image in question.
            one: Its difference hash, told beside.
            count: How many at most.
            without: An image to leave out: itself.

        Raises:
            StoreError: The index cannot be read.
        """
        # One more than wanted: the image itself is among them.
        if self.exact:
            direction = self.centre.direction(embedding)
            cosine = cosines_of(self._embeddings, self.centre, direction, self._between)[self._rows]
            places = first_few(-cosine, count + 1)
            return self._told(places, cosine[places], one, count, without)
        places = self._asked(embedding, max(LOOKED_AT * (count + 1), LEAST_LOOKED_AT))
        cosine = self._cosines(places, embedding)
        best = first_few(-cosine, count + 1)
        return self._told(places[best], cosine[best], one, count, without)

    def by_hash(
        self,
        one: int,
        count: int,
        *,
        embedding: NDArray[np.floating] | None = None,
        without: int = -1,
    ) -> list[Near]:
        """The nearest by difference hash, nearest first.

        Args:
            one: The hash of the image in question.
            count: How many at most.
            embedding: (D,) of it, for the cosine beside; 0 is told where it is not given.
            without: An image to leave out: itself.
        """
        places = first_few(bits_apart(self._hashes[self._rows], one), count + 1)
        cosine = np.zeros(len(places), np.float32)
        if embedding is not None:
            cosine = self._cosines(places, embedding)
        return self._told(places, cosine, one, count, without)

    def _asked(self, embedding: NDArray[np.floating], wanted: int) -> NDArray[np.int64]:
        """Places of the images that the index names, and of those that came after it was built."""
        rows = self._index.search(embedding, wanted)
        rows = np.concatenate([rows, np.arange(self._index.count(), len(self._hashes))])
        places = np.unique(self._place_of_row[rows[rows < len(self._hashes)]])
        return places[places >= 0]

    def _cosines(
        self, places: NDArray[np.int64], embedding: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """(n,) cosines of some images with an embedding."""
        mean = self.centre.mean if self.exact else self._index.mean()
        part = np.asarray(self._embeddings[self._rows[places]], np.float32) - mean
        towards = np.asarray(embedding, np.float32) - mean
        lengths = np.linalg.norm(part, axis=1) * max(float(np.linalg.norm(towards)), 1e-9)
        found: NDArray[np.float32] = (part @ towards) / np.maximum(lengths, 1e-9)
        return found

    def _told(
        self,
        places: NDArray[np.int64],
        cosine: NDArray[np.float32],
        one: int,
        count: int,
        without: int,
    ) -> list[Near]:
        bits = bits_apart(self._hashes[self._rows[places]], one)
        found = zip(self._ids[places].tolist(), cosine.tolist(), bits.tolist(), strict=True)
        return [Near(*entry) for entry in found if entry[0] != without][:count]

    def _row(self, image_id: int) -> int | None:
        place = place_of(image_id, self._ids)
        return None if place is None else int(self._rows[place])

    def _known_row(self, image_id: int) -> int:
        row = self._row(image_id)
        if row is None:
            raise KeyError(image_id)
        return row
