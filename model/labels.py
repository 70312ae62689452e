"""What is known about every (image, tag) pair, sparse, and what it weighs in training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Code(IntEnum):
    """The state of a pair as stored in `LabelMatrix.codes`."""

    ABSENT = 0
    PRESENT = 1
    CONFIRMED_PRESENT = 2
    CONFIRMED_ABSENT = 3
    UNSURE = 4


@dataclass(frozen=True, slots=True)
class LabelMatrix:
    """Labels of N images and T tags; memory grows with the tags given, not with N x T.

    Attributes:
        codes: (N, T) scipy CSR uint8 of `Code`; what is not stored is an unreviewed absence.
        absent_weight: (T,) float32 in 0..1, the weight of an unreviewed absence of each tag.
        doubt: (N, T) scipy CSR float32, the chance that an unreviewed absence is a missing tag;
            `None` where nothing is known of it. What is not stored is certain.
        image_weight: (N,) float32 in 0..1, by which the unreviewed pairs of each image weigh less;
            `None` where all images weigh the same. What a person said is not affected.
    """

    codes: sp.csr_matrix
    absent_weight: Floats
    doubt: sp.csr_matrix | None = None
    image_weight: Floats | None = None

    @classmethod
    def from_parts(
        cls,
        present: sp.spmatrix,
        confirmed: sp.spmatrix | None = None,
        confirmed_absent: sp.spmatrix | None = None,
        unsure: sp.spmatrix | None = None,
        *,
        absent_weight: float | Floats = 1.0,
    ) -> LabelMatrix:
        """Lay the four kinds of label over each other; a later one wins over an earlier one.

        Args:
            present: (N, T) sparse, non-zero where the tag is present, reviewed or not.
            confirmed: (N, T) sparse, non-zero where a person confirmed the presence.
            confirmed_absent: (N, T) sparse, non-zero where a person confirmed the absence.
            unsure: (N, T) sparse, non-zero where a person could not tell.
            absent_weight: One weight, or (T,), of unreviewed absences, 0..1.

        Returns:
            The labels.
        """
        layers = (
            (present, Code.PRESENT),
            (confirmed, Code.CONFIRMED_PRESENT),
            (confirmed_absent, Code.CONFIRMED_ABSENT),
            (unsure, Code.UNSURE),
        )
        found = [(part.tocoo(), code) for part, code in layers if part is not None]
        kept = [(part.row[part.data != 0], part.col[part.data != 0], code) for part, code in found]
        rows = np.concatenate([row for row, _, _ in kept])
        columns = np.concatenate([column for _, column, _ in kept])
        codes = np.concatenate([np.full(len(row), code, np.uint8) for row, _, code in kept])
        return cls._from_triples(rows, columns, codes, present.shape, absent_weight)

    @classmethod
    def _from_triples(
        cls,
        rows: NDArray[np.integer],
        columns: NDArray[np.integer],
        codes: NDArray[np.uint8],
        shape: tuple[int, int],
        absent_weight: float | Floats,
    ) -> LabelMatrix:
        keys = rows.astype(np.int64) * shape[1] + columns
        # The codes are ordered by precedence, so the last of equal keys is the one that counts.
        order = np.lexsort((codes, keys))
        last = np.ones(len(order), dtype=bool)
        last[:-1] = keys[order][1:] != keys[order][:-1]
        kept = order[last]
        matrix = sp.csr_matrix((codes[kept], (rows[kept], columns[kept])), shape=shape)
        absent = np.broadcast_to(np.asarray(absent_weight, np.float32), (shape[1],)).copy()
        return cls(matrix, absent)

    @property
    def shape(self) -> tuple[int, int]:
        """(N, T)."""
        return (int(self.codes.shape[0]), int(self.codes.shape[1]))

    @property
    def present(self) -> sp.csr_matrix:
        """(N, T) CSR bool: unreviewed or confirmed presences."""
        return self._where(Code.PRESENT, Code.CONFIRMED_PRESENT)

    @property
    def confirmed(self) -> sp.csr_matrix:
        """(N, T) CSR bool: confirmed presences."""
        return self._where(Code.CONFIRMED_PRESENT)

    @property
    def confirmed_absent(self) -> sp.csr_matrix:
        """(N, T) CSR bool: confirmed absences."""
        return self._where(Code.CONFIRMED_ABSENT)

    @property
    def unsure(self) -> sp.csr_matrix:
        """(N, T) CSR bool: pairs that a person could not tell."""
        return self._where(Code.UNSURE)

    def _where(self, *codes: Code) -> sp.csr_matrix:
        matrix = self.codes.copy()
        matrix.data = np.isin(matrix.data, codes)
        matrix.eliminate_zeros()
        return matrix.astype(bool)

    def counts(self) -> NDArray[np.int64]:
        """(T,) int64: presences of each tag."""
        return np.asarray(self.present.sum(axis=0), dtype=np.int64).ravel()

    def rows(self, indices: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Targets and weights of some images, dense.

        Args:
            indices: (B,) indices of images.

        Returns:
            Targets (B, T) float32, 0 or 1 or, at an unreviewed absence in doubt, the chance that
            the tag is missing; and weights (B, T) float32 in 0..1: 1 for what a person confirmed,
            0 for what a person could not tell, the tag's weight otherwise.
        """
        dense = self.codes[indices].toarray()
        doubt = None if self.doubt is None else self.doubt[indices].toarray()
        share = None if self.image_weight is None else self.image_weight[indices]
        return self._dense(dense, doubt, self.absent_weight, share)

    def columns(self, tags: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Targets and weights of some tags over all images, dense.

        Args:
            tags: (K,) indices of tags.

        Returns:
            Targets (N, K) float32, 0..1, and weights (N, K) float32, as `rows` gives them.
        """
        dense = self.codes[:, tags].toarray()
        doubt = None if self.doubt is None else self.doubt[:, tags].toarray()
        return self._dense(dense, doubt, self.absent_weight[tags], self.image_weight)

    @staticmethod
    def _dense(
        codes: NDArray[np.uint8],
        doubt: Floats | None,
        absent: Floats,
        share: Floats | None,
    ) -> tuple[Floats, Floats]:
        targets = ((codes == Code.PRESENT) | (codes == Code.CONFIRMED_PRESENT)).astype(np.float32)
        if doubt is not None:
            # A target between 0 and 1 counts as that much of a presence and the rest of an
            # absence: an absence is down-weighted by its own suspicion.
            targets = np.where(codes == Code.ABSENT, doubt, targets)
        confirmed = (codes == Code.CONFIRMED_PRESENT) | (codes == Code.CONFIRMED_ABSENT)
        unreviewed = np.where(codes == Code.PRESENT, np.float32(1), absent)
        if share is not None:
            unreviewed = unreviewed * share[:, None]
        weights = np.where(confirmed, np.float32(1), unreviewed)
        weights[codes == Code.UNSURE] = 0.0
        return targets, weights.astype(np.float32, copy=False)

    def take(self, images: NDArray[np.integer]) -> LabelMatrix:
        """The labels of some images, in the given order."""
        doubt = None if self.doubt is None else self.doubt[images]
        share = None if self.image_weight is None else self.image_weight[images]
        return replace(self, codes=self.codes[images], doubt=doubt, image_weight=share)

    def weighed(self, image_weight: Floats) -> LabelMatrix:
        """The same labels with images whose unreviewed pairs weigh less than others'.

        Args:
            image_weight: (N,) float32, 0..1.

        Raises:
            ValueError: If there is not one for each image, or one is outside 0..1.
        """
        if image_weight.shape != self.shape[:1]:
            raise ValueError(f"{image_weight.shape} weights for {self.shape[0]} images")
        if image_weight.size and not 0 <= image_weight.min() <= image_weight.max() <= 1:
            raise ValueError("weights of images must be 0 to 1")
        return replace(self, image_weight=image_weight.astype(np.float32))

    def of_tags(self, tags: NDArray[np.integer]) -> LabelMatrix:
        """The labels of some tags, in the given order."""
        return replace(
            self,
            codes=self.codes[:, tags],
            absent_weight=self.absent_weight[tags],
            doubt=None if self.doubt is None else self.doubt[:, tags],
        )

    def doubted(self, doubt: sp.spmatrix) -> LabelMatrix:
        """The same labels with a chance that unreviewed absences are missing tags.

        Args:
            doubt: (N, T) sparse, 0..1; counts at unreviewed absences only.

        Raises:
            ValueError: If the shapes differ.
        """
        if doubt.shape != self.shape:
            raise ValueError(f"doubt is {doubt.shape}, the labels are {self.shape}")
        return replace(self, doubt=sp.csr_matrix(doubt, dtype=np.float32))

    def certain(self) -> LabelMatrix:
        """The same labels as they are, for measuring: every target 0 or 1."""
        return replace(self, doubt=None)

    def scaled(self, absent_factor: float) -> LabelMatrix:
        """The same labels with every unreviewed absence weighing `absent_factor` times as much."""
        return replace(self, absent_weight=self.absent_weight * np.float32(absent_factor))
