"""The rating output: learnt with the tags, kept in the version, asked from embeddings alone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from model.errors import TaggerProblem
from model.predict import Predictor
from model.rating_head import RatingLabels, rating_chances, rating_figures
from model.record import read_record
from model.train import train
from model.version import load_version
from tests.unit.model.drawings import TAGS, Drawn, open_plain, request

if TYPE_CHECKING:
    from pathlib import Path

    from model.request import TrainResult

NAMES = ("rating:safe", "rating:explicit")
CPU = torch.device("cpu")


def ratings(drawn: Drawn) -> RatingLabels:
    """Red drawings are explicit; every seventh has no rating."""
    red = {number for number, tag in drawn.pairs if tag == 0}
    labels = np.array([number in red for number in range(len(drawn.paths))], np.int64)
    labels[::7] = -1
    return RatingLabels(NAMES, labels)


@pytest.fixture(scope="module")
def rated(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    work = tmp_path_factory.mktemp("rated")
    return train(request(drawn, work, ratings=ratings(drawn)), lambda _: None)


def test_the_version_tells_ratings_and_how_well(rated: TrainResult):
    record = read_record(rated.version_folder)
    assert record.ratings == NAMES
    assert record.tags == TAGS
    figures = record.metrics["ratings"]
    # Every seventh of the images that were checked has no rating.
    assert 0 < figures["images"] < record.metrics["images_validated"]
    assert set(figures["each"]) == set(NAMES)
    assert figures["met"] > figures["usual"]


def test_stored_embeddings_are_enough_to_ask_it(rated: TrainResult, drawn: Drawn):
    tagger, record = load_version(rated.version_folder, CPU)
    assert tagger.rating_head is not None
    predictor = Predictor.load(rated.version_folder, "cpu")
    (batch,) = list(predictor.scan(drawn.paths[:20], open_plain, batch_size=20))
    found = rating_chances(record.weights, batch.embeddings)
    assert found.shape == (20, 2)
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)
    with torch.inference_mode():
        wanted = torch.softmax(
            tagger.rating_head(torch.from_numpy(batch.embeddings.astype(np.float32))), 1
        )
    assert found == pytest.approx(wanted.numpy(), abs=1e-5)
    assert batch.logits.shape == (20, len(TAGS))


def test_going_on_from_a_version_keeps_what_it_knows(
    rated: TrainResult, drawn: Drawn, tmp_path: Path
):
    before, _ = load_version(rated.version_folder, CPU)
    assert before.rating_head is not None
    silent = RatingLabels(NAMES, np.full(len(drawn.paths), -1, np.int64))
    wanted = request(drawn, tmp_path, "v2", ratings=silent, parent=rated.version_folder)
    after, _ = load_version(train(wanted, lambda _: None).version_folder, CPU)
    assert after.rating_head is not None
    # Nothing was learnt of ratings, so what the parent knew is there, less the decay of weights.
    change = (after.rating_head.weight - before.rating_head.weight).norm()
    assert change < 0.05 * before.rating_head.weight.norm()


def test_versions_without_ratings_stay_readable_to_earlier_releases(
    rated: TrainResult, drawn: Drawn, tmp_path: Path
):
    plain = train(request(drawn, tmp_path), lambda _: None).version_folder
    assert '"format": 1' in (plain / "config.json").read_text()
    assert '"format": 3' in (rated.version_folder / "config.json").read_text()
    assert read_record(plain).ratings == ()
    with pytest.raises(TaggerProblem, match="no rating output"):
        rating_chances(read_record(plain).weights, np.zeros((1, 4), np.float32))


def test_a_damaged_list_of_ratings_is_named(rated: TrainResult, tmp_path: Path):
    copy = tmp_path / "copy"
    shutil.copytree(rated.version_folder, copy)
    (copy / "ratings.csv").write_text("rating\nsafe\n")
    with pytest.raises(TaggerProblem, match=r"ratings\.csv is damaged"):
        read_record(copy)


def test_figures_count_what_has_a_rating():
    said, written = np.array([0, 1, 1, 0, 0]), np.array([0, 1, 0, -1, 0])
    found = rating_figures(said, written, ["a", "b", "c"])
    assert found == {
        "images": 4,
        "met": 0.75,
        "usual": 0.75,
        "each": {"a": pytest.approx(2 / 3), "b": 1.0, "c": None},
    }
    assert rating_figures(said[:0], written[:0], ["a"])["met"] is None
