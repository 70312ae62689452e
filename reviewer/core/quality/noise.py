"""Labels made worse on purpose, by known shares: tags dropped, wrong tags added. Pure arrays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from reviewer.core.lookup import carriers

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Kind(StrEnum):
    """What is done to the labels."""

    NONE = "as they are"
    DROP = "tags dropped"
    """Tags are taken away at random."""
    ADD = "wrong tags added"
    """Tags are put on images that lack them, at random."""


@dataclass(frozen=True, slots=True)
class Level:
    """How much is done to the labels.

    Attributes:
        kind: What is done.
        share: Of the tag instances: of those dropped 0..1, of wrong ones added 0 or more.
    """

    kind: Kind = Kind.NONE
    share: float = 0.0

    @property
    def words(self) -> str:
        """The level for people."""
        if self.kind is Kind.NONE:
            return "as they are"
        verb = "dropped" if self.kind is Kind.DROP else "wrong added"
        return f"{self.share:.0%} {verb}"


def spoilt(present: sparse.csr_matrix, level: Level, seed: int) -> sparse.csr_matrix:
    """The labels at a level of noise.

    For one seed the levels are nested: what is dropped at 10 % is dropped at 20 % too, and the same
    for what is added, so that levels differ by their noise and not by the luck of the draw.

    Args:
        present: (N, T) CSR bool, who carries what.
        level: How much noise.
        seed: Of the draw.

    Returns:
        (N, T) CSR bool.
    """
    if level.kind is Kind.DROP:
        return _dropped(present, level.share, seed)
    if level.kind is Kind.ADD:
        return _added(present, level.share, seed)
    return present


def _dropped(present: sparse.csr_matrix, share: float, seed: int) -> sparse.csr_matrix:
    kept = present.tocoo()
    stays = np.random.default_rng(seed).random(kept.nnz) >= share
    rows, columns = kept.row[stays], kept.col[stays]
    return sparse.csr_matrix((np.ones(len(rows), bool), (rows, columns)), shape=present.shape)


def _added(present: sparse.csr_matrix, share: float, seed: int) -> sparse.csr_matrix:
    """Each tag goes to `share` times as many further images as carry it, while there are any."""
    by_tag = present.tocsc()
    rng = np.random.default_rng(seed)
    rows: list[NDArray[np.int64]] = []
    for tag in range(present.shape[1]):
        tagged = carriers(by_tag, tag)
        # The order is drawn whole for every tag: a higher level goes on where a lower one ends.
        order = rng.permutation(present.shape[0])
        strangers = order[~np.isin(order, tagged)]
        rows.append(strangers[: round(share * len(tagged))].astype(np.int64))
    columns = np.repeat(np.arange(present.shape[1]), [len(part) for part in rows])
    more = sparse.csr_matrix(
        (np.ones(len(columns), bool), (np.concatenate(rows or [np.zeros(0, np.int64)]), columns)),
        shape=present.shape,
    )
    return (present + more).astype(bool)
