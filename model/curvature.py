"""How steeply the loss of each tag rises around a point, as a bell of images would have it.

A Newton step divides the gradient by the Hessian, the sum of x x' over the images, each with the
weight w = p (1 - p) of its logit z = b + u . x. Such a matrix for every tag is out of reach. If
the x were normal with variances V (they are turned to their principal axes, so V is a diagonal), w
would depend on x through z alone, and the Hessian would be

    [ S0            S1/q (Vu)'                                        ]
    [ S1/q Vu       S0 V + (S2/q^2 - S0/q) (Vu)(Vu)'  + the penalty   ]

with q = u' V u, the variance of z, and S0, S1, S2 the sums of w, w (z - b) and w (z - b)^2: a
diagonal and two more numbers. Rare tags need these most: their weight lies on the few images far
along u, so that the bias and u pull on each other. It only has to be near: it says where to go, the
gradient is that of the images as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

_FLAT = 1e-4
"""Variance of the logits below which there is no direction that they lie along."""


class Curvature(NamedTuple):
    """Of T tags.

    Attributes:
        total: (T,) sum of the images' curvatures w, above 0.
        shift: (T,) sum of w (z - b).
        spread: (T,) sum of w (z - b)^2.
    """

    total: Tensor
    shift: Tensor
    spread: Tensor

    def take(self, kept: Tensor) -> Curvature:
        """That of some of the tags, by their places."""
        return Curvature(self.total[kept], self.shift[kept], self.spread[kept])

    def step(self, gradient: Tensor, at: Tensor, variance: Tensor, pull: Tensor) -> Tensor:
        """The gradient divided by the Hessian.

        Args:
            gradient: (1 + D, T), the first row the biases'.
            at: (1 + D, T) where the tags stand.
            variance: (1 + D, 1) of the columns of x; 1 for the bias.
            pull: (1 + D, 1) penalty.

        Returns:
            (1 + D, T); the gradient never leads up along it.
        """
        diagonal = (variance * self.total + pull)[1:]
        lean = variance[1:] * at[1:]
        q = (lean * at[1:]).sum(dim=0)
        there = (q > _FLAT).to(q.dtype)
        q = q.clamp(min=_FLAT)
        cross = there * self.shift / q
        along = there * (self.spread / q**2 - self.total / q)
        # The two extra numbers are solved for by hand (Woodbury's identity, the bias eliminated).
        leant = lean / diagonal
        plain = gradient[1:] / diagonal
        size = (lean * leant).sum(dim=0)
        bias = gradient[0] / self.total
        # Above 0 for any weights; rounding must not take it there.
        whole = (1 + size * (along - cross**2 / self.total)).clamp(min=1e-3)
        reached = ((lean * plain).sum(dim=0) - size * cross * bias) / whole
        bias = bias - cross * reached / self.total
        plain -= leant * (along * reached + cross * bias)
        return _with_bias(bias, plain)


def _with_bias(bias: Tensor, rest: Tensor) -> Tensor:
    """(1 + D, T) from (T,) and (D, T)."""
    whole = rest.new_empty(len(rest) + 1, rest.shape[1])
    whole[0], whole[1:] = bias, rest
    return whole
