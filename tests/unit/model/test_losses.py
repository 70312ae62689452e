from __future__ import annotations

import numpy as np
import pytest
import torch

from model.losses import LOSSES, asymmetric, weighted_bce

LOGITS = torch.tensor([[2.0, -1.0, 0.5], [-3.0, 0.0, 4.0]])
TARGETS = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
WEIGHTS = torch.tensor([[1.0, 0.5, 0.0], [0.2, 1.0, 1.0]])


def test_bce_is_summed_over_tags_and_averaged_over_images():
    p = 1 / (1 + np.exp(-LOGITS.numpy().astype(float)))
    y, w = TARGETS.numpy(), WEIGHTS.numpy()
    expected = -(w * (y * np.log(p) + (1 - y) * np.log(1 - p))).sum() / 2
    assert float(weighted_bce(LOGITS, TARGETS, WEIGHTS)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_pair_without_weight_gives_no_gradient_and_every_other_pulls_its_way(name: str):
    logits = LOGITS.clone().requires_grad_()
    LOSSES[name](logits, TARGETS, WEIGHTS).backward()
    assert logits.grad[0, 2] == 0
    assert logits.grad[0, 0] < 0
    assert logits.grad[1, 2] > 0


def test_the_asymmetric_loss_forgives_easy_absences_only():
    easy, hard = torch.full((1, 1), -4.0), torch.full((1, 1), 2.0)
    zero, one = torch.zeros(1, 1), torch.ones(1, 1)
    assert float(asymmetric(easy, zero, one)) == 0.0
    assert float(asymmetric(hard, zero, one)) > 0.5
    assert float(asymmetric(easy, one, one)) == pytest.approx(float(weighted_bce(easy, one, one)))


def test_extreme_logits_stay_finite():
    logits = torch.tensor([[80.0, -80.0]], requires_grad=True)
    for loss in LOSSES.values():
        value = loss(logits, torch.tensor([[0.0, 1.0]]), torch.ones(1, 2))
        value.backward()
        assert torch.isfinite(value)
        assert torch.isfinite(logits.grad).all()
