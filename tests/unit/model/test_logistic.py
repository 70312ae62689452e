from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model.descent import PIECE, Descent
from model.logistic import Axes, HeadConfig, solve


def drawn(n: int, width: int, n_tags: int, seed: int = 0) -> tuple[np.ndarray, torch.Tensor]:
    """Embeddings with a falling spectrum, and tags from common to rare that they tell."""
    chance = np.random.default_rng(seed)
    wide = chance.normal(size=(n, width)) * 0.8 ** np.arange(width)
    embeddings = (wide @ np.linalg.qr(chance.normal(size=(width, width)))[0]).astype(np.float32)
    logits = wide @ chance.normal(size=(width, n_tags)) - np.linspace(0, 4, n_tags)
    return embeddings, torch.from_numpy(chance.logistic(size=logits.shape) < logits).float()


def loss(
    x: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, at: torch.Tensor, penalty: float
) -> torch.Tensor:
    z = (x @ at).double()
    pairs = weights * (torch.nn.functional.softplus(z) - targets * z)
    return pairs.sum(0) + 0.5 * penalty * at[1:].double().pow(2).sum(0)


def test_the_slope_is_gone_where_it_ends():
    embeddings, targets = drawn(3 * PIECE + 77, 40, 12)
    axes = Axes.of(embeddings)
    weights = torch.where(targets > 0, 1.0, 0.7)
    config = HeadConfig(penalty=20.0, tolerance=1e-4, most_steps=200)
    found = solve(axes.x, targets, weights, axes.variance, config).requires_grad_()
    loss(axes.x, targets, weights, found, 20.0).sum().backward()
    start = torch.zeros_like(found.detach()).requires_grad_()
    loss(axes.x, targets, weights, start, 20.0).sum().backward()
    assert found.grad is not None
    assert start.grad is not None
    assert float(found.grad.norm()) < 2e-3 * float(start.grad.norm())


def test_scores_at_the_usual_tolerance_are_those_of_the_exact_solution():
    embeddings, targets = drawn(4000, 64, 30, seed=1)
    axes = Axes.of(embeddings)
    weights = torch.ones_like(targets)
    exact = HeadConfig(tolerance=1e-5, most_steps=500)
    near, far = (
        axes.x @ solve(axes.x, targets, weights, axes.variance, config)
        for config in (HeadConfig(), exact)
    )
    # A tenth of a logit is a byte of a scan.
    assert float((near - far).pow(2).mean().sqrt()) < 0.1
    assert float(torch.corrcoef(torch.stack([near.ravel(), far.ravel()]))[0, 1]) > 0.999


@settings(max_examples=10)
@given(st.integers(0, 1000), st.integers(2, 9))
def test_a_tag_is_solved_the_same_beside_any_others(seed: int, n_tags: int):
    """Tags that are solved early are left out of the arrays; that moves no other."""
    embeddings, targets = drawn(1500, 12, n_tags, seed)
    axes = Axes.of(embeddings)
    weights = torch.ones_like(targets)
    config = HeadConfig(penalty=5.0, tolerance=1e-4, most_steps=100)
    together = solve(axes.x, targets, weights, axes.variance, config)
    last = slice(n_tags - 1, n_tags)
    alone = solve(axes.x, targets[:, last], weights[:, last], axes.variance, config)
    torch.testing.assert_close(together[:, last], alone, rtol=0, atol=5e-3)


def test_what_was_given_is_not_written_to():
    embeddings, targets = drawn(2000, 10, 8, seed=2)
    axes = Axes.of(embeddings)
    weights = torch.ones_like(targets)
    before = targets.clone(), weights.clone()
    start = torch.zeros(11, 8)
    descent = Descent(axes.x, axes.variance, torch.full((11,), 5.0), targets, weights, start)
    descent.run(50, 1e-3)
    assert torch.equal(targets, before[0])
    assert torch.equal(weights, before[1])
    assert not start.any()
    assert descent.solution().any()


def test_axes_fall_and_give_heads_on_raw_embeddings():
    embeddings, _ = drawn(900, 20, 1, seed=3)
    axes = Axes.of(embeddings * 3 + 2)
    assert bool((axes.variance[1:-1] >= axes.variance[2:]).all())
    solved = torch.randn(21, 4, generator=torch.Generator().manual_seed(0))
    weight, bias = axes.heads(solved)
    np.testing.assert_allclose(
        (embeddings * 3 + 2) @ weight.T + bias, (axes.x @ solved).numpy(), atol=2e-3
    )
    assert axes.x[:, 0].numpy() == pytest.approx(1.0)


def test_embeddings_that_tell_nothing_cost_hardly_a_step(monkeypatch: pytest.MonkeyPatch):
    """Sums over so many images are never as small as a share of the first, small slope."""
    chance = torch.Generator().manual_seed(3)
    x = torch.zeros(60_000, 9)
    x[:, 0] = 1
    targets = (torch.rand(60_000, 20, generator=chance) < torch.logspace(-3, -0.5, 20)).float()
    weights = torch.where(targets > 0, 1.0, 0.7)
    steps = []
    length = Descent._length

    def counted(descent: Descent, *given: torch.Tensor) -> torch.Tensor:
        steps.append(1)
        return length(descent, *given)

    monkeypatch.setattr(Descent, "_length", counted)
    found = solve(x, targets, weights, x[0], HeadConfig(most_steps=60))
    assert len(steps) <= 10
    there = targets.sum(dim=0)
    share = there / weights.sum(dim=0)
    assert torch.allclose(found[0], torch.log(share / (1 - share)), atol=0.02)
    assert not found[1:].any()
