"""The published recipe is what was published, and its parts do what they say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.config import TaggerConfig, TrainConfig
from model.data import augment, to_input
from model.epoch import _set_rate, make_optimizer
from model.errors import TaggerProblem
from model.recipes import RECIPES, RESNET50_DANBOORU2021, recipe_named, shares_by_digest
from reviewer.cli.training import RECIPES as OFFERED
from reviewer.core.held_out import HELD_OUT


def test_the_command_offers_what_there_is() -> None:
    assert {name: recipe.minimum for name, recipe in RECIPES.items()} == OFFERED
    assert recipe_named("resnet50-danbooru2021") is RESNET50_DANBOORU2021
    with pytest.raises(TaggerProblem, match="Known: resnet50-danbooru2021"):
        recipe_named("vgg")


def test_it_is_the_setting_of_the_document() -> None:
    recipe = RESNET50_DANBOORU2021
    training = recipe.training
    assert (recipe.tagger.backbone, training.batch_size, training.learning_rate) == (
        "resnet50",
        16,
        0.001,
    )
    assert (training.optimizer, training.schedule, training.loss) == ("adam", "constant", "bce")
    assert (recipe.minimum, recipe.most_tags) == (100, 8266)
    # F1 is that of the published precision and recall.
    f1 = 2 * recipe.precision * recipe.recall / (recipe.precision + recipe.recall)
    assert f1 == pytest.approx(recipe.f1, abs=5e-4)


def test_images_are_shared_out_64_16_20_and_none_that_is_never_trained_on_is_learnt() -> None:
    rng = np.random.default_rng(0)
    digests = [bytes(row) for row in rng.integers(0, 256, (20_000, 4), np.uint8)]
    tested, checked = shares_by_digest(digests, RESNET50_DANBOORU2021)
    assert not (tested & checked).any()
    assert tested.mean() == pytest.approx(0.20, abs=0.01)
    assert checked.mean() == pytest.approx(0.16, abs=0.01)
    kept_out = np.array([digest[0] < HELD_OUT for digest in digests])
    assert tested[kept_out].all()


class Small(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = torch.nn.Linear(4, 4)
        self.head = torch.nn.Linear(4, 2)


def test_adam_keeps_its_rate_and_adamw_goes_round_its_cycle() -> None:
    steady = make_optimizer(Small(), TrainConfig(optimizer="adam", schedule="constant"))  # type: ignore[arg-type] # as far as its parameters go
    cycle = make_optimizer(Small(), TrainConfig())  # type: ignore[arg-type] # the same
    assert type(steady) is torch.optim.Adam
    assert type(cycle) is torch.optim.AdamW
    rates: dict[str, set[float]] = {"constant": set(), "cycle": set()}
    for position in (0.0, 0.3, 0.9):
        for name, optimizer in (("constant", steady), ("cycle", cycle)):
            _set_rate(optimizer, TrainConfig(schedule=name), position)  # type: ignore[arg-type] # one of the two
            rates[name].add(optimizer.param_groups[0]["lr"])
    assert rates["constant"] == {TrainConfig().learning_rate}
    assert len(rates["cycle"]) == 3


def test_a_quarter_turn_turns_the_picture_and_none_leaves_it() -> None:
    config = TaggerConfig(input_size=16)
    pixels = np.zeros((1, 16, 16, 3), np.uint8)
    pixels[0, :8] = 255
    x = to_input(pixels, config, torch.device("cpu"))
    # Neither mirrored nor moved; the last draw is the angle, at its largest.
    draws = torch.tensor([[0.0, 0.9, 0.5, 0.5, 1.0]])
    same = augment(x, config, draws[:, :4], shrink=0.0)
    assert torch.allclose(same, x, atol=1e-4)
    turned = augment(x, config, draws, shrink=0.0, rotate=90.0)
    halves = turned[0, 0].mean(dim=0)
    assert abs(float(halves[:6].mean() - halves[10:].mean())) > 3
    rows = turned[0, 0].mean(dim=1)
    assert abs(float(rows[:6].mean() - rows[10:].mean())) < 0.2
