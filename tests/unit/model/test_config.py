from __future__ import annotations

import json

import pytest

from model.config import TaggerConfig, TrainConfig, quick_recipe
from model.errors import TaggerProblem


def test_settings_survive_json():
    tagger = TaggerConfig(backbone="resnet50", input_size=96, pad_colour=(1, 2, 3))
    assert TaggerConfig.from_json(json.loads(json.dumps(tagger.to_json()))) == tagger


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"input_size": 3}, "input_size"),
        ({"resample": "psychic"}, "psychic"),
        ({"std": [0.0, 0.2, 0.2]}, "std"),
        ({"mean": [0.5]}, "mean"),
        (None, "object"),
    ],
)
def test_wrong_settings_are_refused_by_name(values: dict[str, object] | None, word: str):
    with pytest.raises(TaggerProblem, match=word):
        TaggerConfig.from_json(values)


@pytest.mark.parametrize("values", [{"epochs": 0}, {"absent_weight": 2.0}])
def test_a_training_that_cannot_be_run_is_refused_by_name(values: dict[str, float]):
    with pytest.raises(TaggerProblem, match=next(iter(values))):
        TrainConfig(**values)


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
@pytest.mark.parametrize("from_scratch", [True, False])
def test_a_recipe_shrinks_its_epochs_as_the_collection_grows(device: str, from_scratch: bool):
    _, few = quick_recipe(device, 3_000, from_scratch=from_scratch)
    _, many = quick_recipe(device, 500_000, from_scratch=from_scratch)
    assert few.epochs > many.epochs >= 1


def test_the_recipe_of_a_cpu_from_scratch_is_the_small_one():
    small, _ = quick_recipe("cpu", 3_000, from_scratch=True)
    pretrained, _ = quick_recipe("cpu", 3_000, from_scratch=False)
    large, _ = quick_recipe("cuda", 3_000, from_scratch=False)
    assert small.input_size < pretrained.input_size <= large.input_size
