"""Many logistic regressions on their way down, side by side, over the first columns of the images.

Whatever is done to single pairs is done in pieces that a core's cache holds; a tag that is solved
leaves the products of matrices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from model.curvature import Curvature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

PIECE = 1024
"""Images whose pairs are gone through at once: a few arrays of this many fit a core's cache."""

FAR = 0.05
"""Mean square move of a tag's logits from which on a line is looked at a second time: within it
the loss along the line is a parabola for all purposes."""

NEGLIGIBLE = 1e-3
"""Squared size of a gradient, twice the loss that a step would take off a tag's sum over all
images, from which on the tag is solved. Where embeddings tell nothing, the gradient is as small as
rounding makes it from the first step on, and never shrinks."""

SHRINK_AT = 0.7
"""Share of the tags that are left, from which on the arrays are cut to these."""


class Descent:
    """Nonlinear conjugate gradients (Polak and Ribiere) over `Curvature`, a Newton step a line."""

    def __init__(
        self,
        x: Tensor,
        variance: Tensor,
        pull: Tensor,
        targets: Tensor,
        weights: Tensor,
        start: Tensor,
        stretches: Sequence[slice] | None = None,
    ) -> None:
        """Stands at a point.

        Args:
            x: (N, W) float32, columns nearly uncorrelated.
            variance: (W,) of the columns.
            pull: (W,) L2 on the weights of each.
            targets: (N, T) float32, 0..1.
            weights: (N, T) float32, 0 or more.
            start: (W, T) float32.
            stretches: Of the images that count; all of them if `None`.
        """
        self._x, self._targets, self._weights = x, targets, weights
        self._stretches = stretches or [slice(0, len(x))]
        self._variance, self._pull = variance[:, None], pull[:, None]
        self._found, self._at = start.clone(), start.clone()
        self._open = torch.arange(start.shape[1])
        # Fresh pages cost as much as the arithmetic: the arrays of all pairs are made once.
        self._z, self._bend, self._along = (torch.empty_like(targets) for _ in range(3))
        self._room = torch.empty(2, PIECE, start.shape[1])
        used = int((start != 0).any(dim=1).nonzero().amax()) + 1 if bool(start.any()) else 1
        for rows in self._pieces():
            torch.mm(x[rows, :used], start[:used], out=self._z[rows])

    def run(self, most_steps: int, tolerance: float, first: Tensor | None = None) -> Tensor:
        """Goes down until every tag is solved.

        Args:
            most_steps: At most.
            tolerance: A tag is solved when its preconditioned gradient has shrunk by this factor.
            first: (T,) squared sizes of the gradient that it is to have shrunk from; those of
                where it stands if `None`.

        Returns:
            `first`.
        """
        gradient, curved = self._slopes(None)
        ready = curved.step(gradient, self._at, self._variance, self._pull)
        size = (gradient * ready).sum(dim=0)
        given = limit = size if first is None else first
        direction = -ready
        for _ in range(most_steps):
            left = size > (tolerance**2 * limit).clamp(min=NEGLIGIBLE)
            if not bool(left.any()):
                break
            if int(left.sum()) <= SHRINK_AT * len(left):
                kept = left.nonzero()[:, 0]
                self._keep(kept)
                gradient, direction, ready = (
                    part[:, kept] for part in (gradient, direction, ready)
                )
                size, curved, limit = size[kept], curved.take(kept), limit[kept]
            # Where conjugacy was lost the way does not lead down: start again from the gradient.
            lost = (gradient * direction).sum(dim=0) >= 0
            direction = torch.where(lost, -ready, direction)
            length = self._length(gradient, direction, curved.total)
            self._at += length * direction
            last_gradient, last_size = gradient, size
            gradient, curved = self._slopes(length)
            ready = curved.step(gradient, self._at, self._variance, self._pull)
            size = (gradient * ready).sum(dim=0)
            turned = (size - (last_gradient * ready).sum(dim=0)) / last_size.clamp(min=1e-20)
            direction = turned.clamp(min=0, max=10) * direction - ready
        return given

    def solution(self) -> Tensor:
        """(W, T) float32: where every tag stands."""
        self._found[:, self._open] = self._at
        return self._found

    def _pieces(self) -> Iterator[slice]:
        for stretch in self._stretches:
            for start in range(stretch.start, stretch.stop, PIECE):
                yield slice(start, min(start + PIECE, stretch.stop))

    def _keep(self, kept: Tensor) -> None:
        """Goes on with some of the tags; the others stay where they are."""
        self._found[:, self._open] = self._at
        given = len(self._open) == self._found.shape[1]
        self._open, self._at = self._open[kept], self._at[:, kept]
        # What was given is others' too; what is our own is cut where it stands.
        self._targets = self._columns(self._targets, kept, in_place=not given)
        self._weights = self._columns(self._weights, kept, in_place=not given)
        self._z = self._columns(self._z, kept, in_place=True)
        self._bend = self._columns(self._bend, kept, in_place=True)
        self._along = self._along.view(-1)[: self._z.numel()].view(self._z.shape)
        self._room = torch.empty(2, PIECE, len(kept))

    def _columns(self, array: Tensor, kept: Tensor, *, in_place: bool) -> Tensor:
        """Some columns (n, ascending) of an array (N, T), in its own memory or in new: (N, n)."""
        count = len(array) * len(kept)
        flat = array.view(-1)[:count] if in_place else torch.empty(count)
        chosen = flat.view(len(array), len(kept))
        for rows in self._pieces():
            # A piece is read before it is written, and what is written never reaches the unread.
            chosen[rows] = array[rows].index_select(1, kept)
        return chosen

    def _slopes(self, length: Tensor | None) -> tuple[Tensor, Curvature]:
        """Goes so far along the line; (W, T) gradient and the curvature there."""
        gradient = self._pull * self._at
        sums = torch.zeros(3, self._at.shape[1])
        for rows in self._pieces():
            z, bend = self._z[rows], self._bend[rows]
            if length is not None:
                z.addcmul_(self._along[rows], length)
            back, moment = self._room[:, : len(z)]
            self._derivatives(z, rows, back, bend)
            gradient.addmm_(self._x[rows].T, back)
            sums[0] += bend.sum(dim=0)
            sums[1] += torch.mul(bend, z, out=moment).sum(dim=0)
            sums[2] += moment.mul_(z).sum(dim=0)
        total, bias = sums[0].clamp(min=1e-6), self._at[0]
        # Sums of z and of its square, turned into those of z less the bias.
        shift = sums[1] - bias * total
        return gradient, Curvature(total, shift, sums[2] - bias * (2 * shift + bias * total))

    def _derivatives(self, z: Tensor, rows: slice, first: Tensor, second: Tensor) -> Tensor:
        """First and second derivative of every pair's loss at logits; gives the first."""
        weights = self._weights[rows]
        torch.sigmoid(z, out=first)
        torch.addcmul(first, first, first, value=-1, out=second).mul_(weights)
        return first.sub_(self._targets[rows]).mul_(weights)

    def _length(self, gradient: Tensor, direction: Tensor, steepness: Tensor) -> Tensor:
        """(T,) how far to go along the lines: a Newton step, and another where it is a long one."""
        held = (self._pull * direction * direction).sum(dim=0)
        bent = torch.zeros_like(held)
        for rows in self._pieces():
            along, room = self._along[rows], self._room[0, : rows.stop - rows.start]
            torch.mm(self._x[rows], direction, out=along)
            bent += torch.mul(along, along, out=room).mul_(self._bend[rows]).sum(dim=0)
        length = -(gradient * direction).sum(dim=0) / (bent + held).clamp(min=1e-12)
        length = length.clamp(min=0, max=100)
        if bool((bent * length * length <= FAR * steepness).all()):
            return length
        first = (self._pull * self._at * direction).sum(dim=0) + length * held
        second = held.clone()
        for rows in self._pieces():
            along, room = self._along[rows], self._room[:, : rows.stop - rows.start]
            z = torch.addcmul(self._z[rows], along, length)
            first += self._derivatives(z, rows, room[0], room[1]).mul_(along).sum(dim=0)
            second += room[1].mul_(along).mul_(along).sum(dim=0)
        proposed = length - first / second.clamp(min=1e-12)
        # Newton may leap out of a flat stretch, so it is held back.
        return torch.minimum(torch.maximum(proposed, 0.1 * length), 4 * length)
