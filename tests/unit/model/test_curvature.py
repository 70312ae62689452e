from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.curvature import Curvature


def measured(x: torch.Tensor, at: torch.Tensor) -> Curvature:
    """What the descent sums up, of images (N, 1 + D) and tags that stand somewhere."""
    z = x @ at
    bend = torch.sigmoid(z) * torch.sigmoid(-z)
    far = z - at[0]
    return Curvature(bend.sum(0), (bend * far).sum(0), (bend * far * far).sum(0))


def hessian(x: torch.Tensor, at: torch.Tensor, pull: torch.Tensor) -> torch.Tensor:
    z = x @ at
    bend = torch.sigmoid(z) * torch.sigmoid(-z)
    return (x * bend).T @ x + torch.diag(pull)


@pytest.mark.parametrize("bias", [0.0, -3.0, -6.0])
def test_of_normal_images_a_step_divides_by_the_hessian(bias: float):
    chance = torch.Generator().manual_seed(1)
    deviation = torch.tensor([2.0, 1.5, 1.0, 0.7, 0.5, 0.2])
    x = torch.ones(60_000, 7, dtype=torch.float64)
    x[:, 1:] = torch.randn(60_000, 6, generator=chance, dtype=torch.float64) * deviation
    at = torch.randn(7, 1, generator=chance, dtype=torch.float64)
    at[0] = bias
    variance = torch.cat([torch.ones(1), deviation**2])[:, None]
    pull = torch.tensor([0.0, *6 * [5.0]], dtype=torch.float64)
    gradient = torch.randn(7, 1, generator=chance, dtype=torch.float64)
    curved = measured(x, at)
    found = curved.step(gradient, at, variance, pull[:, None])
    true = torch.linalg.solve(hessian(x, at, pull), gradient)
    diagonal = gradient / (variance * curved.total + pull[:, None])
    assert float((found - true).norm()) < 0.1 * float(true.norm())
    assert float((found - true).norm()) < 0.5 * float((diagonal - true).norm())


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.floats(-9, 4), st.floats(0.01, 5.0))
def test_a_step_never_leads_away(seed: int, bias: float, length: float):
    chance = torch.Generator().manual_seed(seed)
    # Far from normal: the columns are skew and depend on each other.
    x = torch.ones(300, 5)
    x[:, 1:] = torch.rand(300, 4, generator=chance).pow(4) @ torch.randn(4, 4, generator=chance)
    at = length * torch.randn(5, 3, generator=chance)
    at[0] = bias
    variance = torch.cat([torch.ones(1), x[:, 1:].var(0)])[:, None]
    pull = torch.tensor([0.0, 1.0, 1.0, 1.0, 1.0])[:, None]
    gradient = torch.randn(5, 3, generator=chance)
    step = measured(x, at).step(gradient, at, variance, pull)
    assert bool(((gradient * step).sum(dim=0) > 0).all())


def test_where_the_logits_do_not_vary_the_diagonal_is_all_there_is():
    at = torch.zeros(4, 2)
    at[0] = -2.0
    variance, pull = torch.tensor([[1.0], [4.0], [2.0], [1.0]]), torch.full((4, 1), 3.0)
    pull[0] = 0
    total = torch.tensor([7.0, 9.0])
    step = Curvature(total, torch.zeros(2), torch.zeros(2)).step(
        torch.ones(4, 2), at, variance, pull
    )
    torch.testing.assert_close(step, 1 / (variance * total + pull))
