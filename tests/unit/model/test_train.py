from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from model.config import TaggerConfig
from model.errors import TaggerProblem
from model.record import read_record
from model.train import EpochDone, Step, TrainResult, train
from model.version import load_version
from tests.unit.model.drawings import TAGGER, TAGS, TRAINING, Drawn, labels_from, request

Trained = tuple[TrainResult, list[object], Path]


def quiet(_: object) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def trained(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory):
    """A run of four epochs, with all that it reported."""
    work = tmp_path_factory.mktemp("trained")
    events: list[object] = []
    longer = replace(TRAINING, epochs=4)
    result = train(request(drawn, work, training=longer), events.append)
    return result, events, work


def test_the_loss_falls_and_the_drawings_are_learnt(trained: Trained):
    result, events, _ = trained
    epochs = [event for event in events if isinstance(event, EpochDone)]
    assert [event.epoch for event in epochs] == [1, 2, 3, 4]
    assert epochs[-1].loss < 0.8 * epochs[0].loss
    assert epochs[-1].val_map > 0.6
    assert result.metrics.map == pytest.approx(max(event.val_map for event in epochs))
    assert result.failures == []


def test_every_stage_is_reported_in_order(trained: Trained):
    _, events, _ = trained
    stages = [event.stage for event in events if isinstance(event, Step)]
    firsts = list(dict.fromkeys(stages))
    assert firsts == ["start", "read", "train", "check", "save"]
    start = events[0]
    assert isinstance(start, Step)
    assert "CPU" in start.note
    assert "from scratch" in start.note


def test_the_version_says_where_it_comes_from(trained: Trained, drawn: Drawn):
    result, _, _ = trained
    record = read_record(result.version_folder)
    assert record.tags == TAGS
    assert record.config == TAGGER
    assert record.train["seed"] == TRAINING.seed
    assert record.train["arguments"]["epochs"] == 4
    assert len(record.train["data_hash"]) == 64
    assert record.train["parent"] is None
    assert record.metrics["images_trained"] + record.metrics["images_validated"] == 120
    assert set(record.metrics["tags"]) == {name for name, _ in TAGS}
    assert record.metrics["micro"]["f1"] > 0.5
    assert len(record.metrics["history"]) == 4


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


class Killed(BaseException):
    """Stands for a process that is gone."""


def test_a_killed_run_that_goes_on_equals_one_that_was_not(drawn: Drawn, tmp_path: Path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    longer = replace(TRAINING, epochs=3)
    train(request(drawn, whole, training=longer), quiet)

    seen: list[int] = []

    def kill_in_the_second_epoch(event: Step | EpochDone) -> None:
        if isinstance(event, EpochDone):
            seen.append(event.epoch)
        elif event.stage == "train" and seen == [1]:
            raise Killed

    with pytest.raises(Killed):
        train(request(drawn, cut, training=longer), kill_in_the_second_epoch)
    assert not (cut / "v1").exists()
    result = train(request(drawn, cut, training=longer), quiet)
    assert result.resumed_at == 1
    left, right = weights_of(whole / "v1"), weights_of(cut / "v1")
    assert left.keys() == right.keys()
    for name in left:
        assert torch.equal(left[name], right[name]), name
    histories = [read_record(f / "v1").metrics["history"] for f in (whole, cut)]
    assert histories[0] == histories[1]


def test_a_checkpoint_of_another_request_is_not_taken_up(drawn: Drawn, tmp_path: Path):
    train(request(drawn, tmp_path, "first"), quiet)
    other = replace(TRAINING, learning_rate=1e-3)
    assert train(request(drawn, tmp_path, "second", training=other), quiet).resumed_at == 0
    changed = Drawn(drawn.folder, drawn.paths, drawn.pairs[1:])
    result = train(request(changed, tmp_path, "third", training=other), quiet)
    assert result.resumed_at == 0
    damaged = tmp_path / "work" / "checkpoint.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:100])
    again = train(request(changed, tmp_path, "fourth", training=other), quiet)
    assert again.resumed_at == 0
    left, right = weights_of(tmp_path / "third"), weights_of(tmp_path / "fourth")
    assert all(torch.equal(left[name], right[name]) for name in left)


def test_training_stops_when_nothing_gets_better(drawn: Drawn, tmp_path: Path):
    # Every image has the only tag, so the first epoch is perfect and none can be better.
    certain = labels_from((120, 1), [(image, 0) for image in range(120)])
    patient = replace(TRAINING, epochs=9, patience=2)
    events: list[object] = []
    result = train(
        request(drawn, tmp_path, training=patient, labels=certain, tags=TAGS[:1]), events.append
    )
    assert [event.epoch for event in events if isinstance(event, EpochDone)] == [1, 2, 3]
    assert result.best_epoch == 1


def test_going_on_from_a_version_keeps_what_it_knew(trained: Trained, drawn: Drawn, tmp_path: Path):
    result, _, _ = trained
    reordered = [("new tag", 0), *reversed(TAGS)]
    places = {tag: number for number, tag in enumerate(reordered)}
    pairs = [(image, places[TAGS[tag]]) for image, tag in drawn.pairs]
    still = replace(TRAINING, epochs=1, learning_rate=1e-9, weight_decay=0.0)
    child = train(
        request(
            drawn,
            tmp_path,
            training=still,
            tags=reordered,
            labels=labels_from((120, 6), pairs),
            parent=result.version_folder,
        ),
        quiet,
    )
    record = read_record(child.version_folder)
    assert "5 of its tags" in record.train["weights"]
    assert record.train["parent"] == "v1"
    parent, _ = load_version(result.version_folder, torch.device("cpu"))
    tagger, _ = load_version(child.version_folder, torch.device("cpu"))
    for old, tag in enumerate(TAGS):
        torch.testing.assert_close(
            tagger.head.weight[places[tag]], parent.head.weight[old], atol=1e-5, rtol=0
        )


def test_broken_images_do_not_stop_training(drawn: Drawn, tmp_path: Path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")
    paths = [broken, *drawn.paths[1:]]
    result = train(request(Drawn(drawn.folder, paths, drawn.pairs), tmp_path), quiet)
    assert [failure.position for failure in result.failures] == [0]
    assert read_record(result.version_folder).train["broken_images"] == 1


def test_pictures_that_do_not_fit_on_the_disk_are_decoded_as_needed(drawn: Drawn, tmp_path: Path):
    small = replace(TRAINING, epochs=1)
    kept = train(request(drawn, tmp_path, "kept", training=small), quiet)
    none = replace(small, cache_bytes=0)
    decoded = train(
        request(drawn, tmp_path, "decoded", training=none, work_folder=tmp_path / "other"), quiet
    )
    left, right = (weights_of(r.version_folder) for r in (kept, decoded))
    assert all(torch.equal(left[name], right[name]) for name in left)
    assert not list((tmp_path / "other").glob("*.pixels"))


def test_duplicates_are_not_divided_between_learning_and_checking(tmp_path: Path):
    chance = np.random.default_rng(0)
    paths, pairs = [], []
    for number in range(12):
        noise = chance.integers(0, 256, (9, 9, 3), dtype=np.uint8)
        for copy in range(4):
            path = tmp_path / f"{number} {copy}.png"
            size = 40 + copy
            Image.fromarray(noise).resize((size, size), Image.Resampling.BICUBIC).save(path)
            paths.append(path)
            pairs.append((len(paths) - 1, number % 5))
    result = train(
        request(Drawn(tmp_path, paths, pairs), tmp_path, training=replace(TRAINING, epochs=1)),
        quiet,
    )
    metrics = read_record(result.version_folder).metrics
    assert metrics["images_validated"] % 4 == 0
    assert metrics["images_validated"] > 0


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"tags": TAGS[:2]}, "2 tags"),
        ({"device": "abacus"}, "abacus"),
        ({"tagger": TaggerConfig(backbone="no_net")}, "no_net"),
    ],
)
def test_a_request_that_cannot_work_is_refused_before_any_picture_is_read(
    drawn: Drawn, tmp_path: Path, changes: dict[str, object], word: str
):
    def never(path: Path, long_side: int) -> Image.Image:
        raise AssertionError(path)

    with pytest.raises(TaggerProblem, match=word):
        train(request(drawn, tmp_path, **{"open_image": never, **changes}), quiet)


def test_a_parent_of_another_network_is_refused(trained: Trained, drawn: Drawn, tmp_path: Path):
    result, _, _ = trained
    other = TaggerConfig(backbone="resnet18", input_size=32)
    with pytest.raises(TaggerProblem, match="small"):
        train(request(drawn, tmp_path, tagger=other, parent=result.version_folder), quiet)


def test_unreviewed_absences_count_less(drawn: Drawn, tmp_path: Path):
    hidden = [pair for pair in drawn.pairs if pair[1] != 2 or pair[0] % 2]
    partly = Drawn(drawn.folder, drawn.paths, hidden)
    means = []
    for name, weight in (("full", 1.0), ("low", 0.05)):
        changed = replace(TRAINING, absent_weight=weight, epochs=1)
        result = train(request(partly, tmp_path, name, training=changed), quiet)
        means.append(load_version(result.version_folder, torch.device("cpu"))[0].head.bias.mean())
    assert means[1] > means[0] + 0.5


def test_the_record_is_plain_json(trained: Trained):
    result, _, _ = trained
    text = (result.version_folder / "metrics.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["map"] == pytest.approx(result.metrics.map)
