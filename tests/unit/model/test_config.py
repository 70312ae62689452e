from __future__ import annotations

import json

import pytest

from model.config import TaggerConfig, TrainConfig, quick_recipe
from model.errors import TaggerProblem


def test_settings_survive_json():
    tagger = TaggerConfig(backbone="resnet50", input_size=96, pad_colour=(1, 2, 3))
    training = TrainConfig(epochs=3, loss="asymmetric", patience=2)
    assert TaggerConfig.from_json(json.loads(json.dumps(tagger.to_json()))) == tagger
    assert TrainConfig.from_json(json.loads(json.dumps(training.to_json()))) == training


@pytest.mark.parametrize(
    ("kind", "values", "word"),
    [
        (TaggerConfig, {"input_size": 3}, "input_size"),
        (TaggerConfig, {"resample": "psychic"}, "psychic"),
        (TaggerConfig, {"std": [0.0, 0.2, 0.2]}, "std"),
        (TaggerConfig, {"mean": [0.5]}, "mean"),
        (TaggerConfig, None, "object"),
        (TrainConfig, {"epochs": 0}, "epochs"),
        (TrainConfig, {"absent_weight": 2.0}, "absent_weight"),
        (TrainConfig, {"loss": "hinge"}, "hinge"),
    ],
)
def test_wrong_settings_are_refused_by_name(
    kind: type[TaggerConfig | TrainConfig], values: dict[str, object], word: str
):
    with pytest.raises(TaggerProblem, match=word):
        kind.from_json(values)


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
