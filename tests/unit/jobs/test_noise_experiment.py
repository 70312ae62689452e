"""The noise experiment on a generated collection: quality falls with noise, the answer is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import sparse

from reviewer.cli.main import cli
from reviewer.core.errors import SourceError, UsageError
from reviewer.core.quality.noise import Kind
from reviewer.core.types import Category, Tag
from reviewer.jobs.context import Silent
from reviewer.jobs.noise import data as reading
from reviewer.jobs.noise.data import NoiseData, noise_data, read_true_tags
from reviewer.jobs.noise.experiment import KeptTrainer
from reviewer.jobs.noise.network import NetworkTrainer
from reviewer.jobs.noise.page import noise_record, noise_svg, write_noise
from reviewer.jobs.noise.report import answer_lines, noise_report, table_lines
from reviewer.jobs.noise.trials import Grid, run_trials, sizes

if TYPE_CHECKING:
    from pathlib import Path

    from model.labels import LabelMatrix
    from reviewer.store.library import Library

    Shapes = tuple[Library, dict[str, frozenset[str]]]

TAGS, WIDTH = 24, 24
GRID = Grid(drops=(0.3, 0.7), adds=(0.5,), image_shares=(0.25, 0.5, 1.0), seeds=3)


def generated(images: int = 1200, seed: int = 4) -> NoiseData:
    """Embeddings that show the tags blurred, so that more images and better tags both help."""
    rng = np.random.default_rng(seed)
    shown = rng.random((images + 500, TAGS)) < rng.uniform(0.03, 0.3, TAGS)
    seen = shown @ rng.normal(0, 1, (TAGS, WIDTH)) + rng.normal(0, 1.6, (len(shown), WIDTH))
    return NoiseData(
        version="v1",
        embeddings=seen[:images].astype(np.float16),
        present=sparse.csr_matrix(shown[:images]),
        unsure=sparse.csr_matrix((images, TAGS), dtype=bool),
        absent_weight=np.ones(TAGS, np.float32),
        measured=seen[images:].astype(np.float16),
        targets=shown[images:].astype(np.float32),
        weights=np.ones((500, TAGS), np.float32),
        images=np.arange(1, images + 1),
        measured_images=np.arange(images + 1, images + 501),
        tags=tuple(Tag(n, f"tag_{n}", Category.GENERAL) for n in range(1, TAGS + 1)),
        confirmed=500 * TAGS,
        basis="a list of tags that are known to be right",
    )


def test_quality_falls_with_noise_and_the_question_is_answered(
    shapes: Shapes, tmp_path: Path
) -> None:
    library, _ = shapes
    report = noise_report(library, generated(), GRID, Silent())
    drops = [entry for entry in report.levels if entry.level.kind is not Kind.ADD]
    found = [entry.quality.value for entry in drops]
    assert found == sorted(found, reverse=True)
    factors = [entry.factor.value for entry in drops]
    assert factors == sorted(factors)
    assert drops[-1].factor.low > 1
    assert report.law.explained > 0.8
    lines = answer_lines(report)
    assert any("70% of the tags are missing" in line and "more images" in line for line in lines)
    assert any("A corrected tag is worth" in line for line in lines)
    assert len(table_lines(report)) == 1 + len(report.levels)
    changes = write_noise(report, "generated", tmp_path / "out")
    assert changes.summary["taggers"] == 4 * 3 * 3
    record = json.loads((tmp_path / "out" / "noise.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(noise_record(report)))
    assert [entry["share"] for entry in record["levels"]] == [0, 0.3, 0.7, 0.5]
    assert (tmp_path / "out" / "noise.html").read_text(encoding="utf-8").count("<svg") == 2
    for plot in ("noise.svg", "images.svg"):
        assert (tmp_path / "out" / plot).read_text(encoding="utf-8").count("<circle") >= 9


def test_the_same_seeds_give_the_same_figures(shapes: Shapes) -> None:
    library, _ = shapes
    grid = replace(GRID, drops=(0.5,), adds=(), seeds=2)
    one, two = (noise_report(library, generated(400), grid, Silent()) for _ in range(2))
    assert noise_record(one) == noise_record(two)
    assert noise_svg(one) == noise_svg(two)


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few images as the shapes are enough."""
    monkeypatch.setattr(reading, "FEWEST_LEARNT", 40)
    monkeypatch.setattr(reading, "FEWEST_MEASURED", 5)
    monkeypatch.setattr(reading, "FEWEST_PRESENT", 2)


def test_the_collection_is_split_and_left_as_it_is(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library, truth = shapes
    with pytest.raises(UsageError, match="too little to experiment on"):
        noise_data(library, minimum=10, most_tags=10, most_images=1000)
    few(monkeypatch)
    answered = library.decisions.last_id()
    data = noise_data(library, minimum=10, most_tags=10, most_images=1000)
    assert not set(data.images.tolist()) & set(data.measured_images.tolist())
    assert {tag.name for tag in data.tags} == {"circle", "square", "red", "blue"}
    assert data.basis.startswith("the collection's labels as they are")
    table = tmp_path / "true.csv"
    rows = [f"{path},{' '.join(sorted(tags))}" for path, tags in truth.items()]
    table.write_text("relative_path,tags\n" + "\n".join(rows), encoding="utf-8")
    checked = noise_data(library, minimum=10, most_tags=10, most_images=1000, truth=table)
    assert checked.basis == "a list of tags that are known to be right"
    names = [tag.name for tag in checked.tags]
    for row, image_id in enumerate(checked.measured_images.tolist()):
        shown = {names[n] for n in np.flatnonzero(checked.targets[row]).tolist()}
        assert shown == truth[library.images.get(image_id).path]
    assert library.decisions.last_id() == answered


def test_a_whole_network_is_trained_and_leaves_nothing_behind(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    library, _ = shapes
    data = noise_data(library, minimum=10, most_tags=10, most_images=1000)
    trainer = NetworkTrainer(library, data, device="cpu", epochs=4, input_size=32)
    grid = Grid(drops=(0.6,), adds=(), image_shares=(0.5, 1.0), seeds=1)
    report = noise_report(library, data, grid, Silent(), trainer, "the whole network")
    assert report.trials.precision.shape == (4, 4)
    assert (report.trials.precision > 0.2).all()
    right, said, there = report.trials.counts[0].T
    assert (right <= np.minimum(said, there) + 1e-6).all()
    assert there.tolist() == data.targets.sum(axis=0).tolist()
    trainer.close()
    assert not trainer.folder.exists()


class CutOff:
    """Trains as another does, a few times; then its power goes."""

    def __init__(self, trainer: NetworkTrainer, times: int) -> None:
        self.trainer, self.left = trainer, times

    def stamp(self, images: int, seed: int) -> str:
        return self.trainer.stamp(images, seed)

    def measure(
        self, rows: np.ndarray, labels: LabelMatrix, seed: int
    ) -> tuple[np.ndarray, np.ndarray]:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        return self.trainer.measure(rows, labels, seed)


def test_an_experiment_that_was_cut_off_goes_on(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    few(monkeypatch)
    library, _ = shapes
    data = noise_data(library, minimum=10, most_tags=10, most_images=1000)
    trainer = NetworkTrainer(library, data, device="cpu", epochs=1, input_size=32)
    grid = Grid(drops=(0.6,), adds=(), image_shares=(0.5, 1.0), seeds=1)
    folder = tmp_path / "results"
    with pytest.raises(KeyboardInterrupt):
        run_trials(data, grid, KeptTrainer(CutOff(trainer, 2), folder), Silent())
    assert KeptTrainer(trainer, folder).there() == 2
    rest = CutOff(trainer, 2)
    trials = run_trials(data, grid, KeptTrainer(rest, folder), Silent())
    assert rest.left == 0
    again = run_trials(data, grid, KeptTrainer(CutOff(trainer, 0), folder), Silent())
    assert np.array_equal(trials.precision, again.precision, equal_nan=True)
    assert np.array_equal(trials.counts, again.counts, equal_nan=True)
    # Other settings, or a file that is torn, are no result.
    other = NetworkTrainer(library, data, device="cpu", epochs=2, input_size=32)
    with pytest.raises(KeyboardInterrupt):
        run_trials(data, grid, KeptTrainer(CutOff(other, 0), folder), Silent())
    next(iter(folder.glob("*.npz"))).write_bytes(b"torn")
    with pytest.raises(KeyboardInterrupt):
        run_trials(data, grid, KeptTrainer(CutOff(trainer, 0), folder), Silent())
    trainer.close()


def test_a_table_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "true.csv"
    table.write_text("path;tags\na.png;sky\n", encoding="utf-8")
    with pytest.raises(SourceError, match="relative_path,tags"):
        read_true_tags(table)


def test_sizes_are_shares_of_the_images() -> None:
    assert sizes(1000, (0.125, 0.25, 0.5, 1.0)) == [125, 250, 500, 1000]
    assert sizes(3, (0.1, 0.2, 1.0)) == [1, 3]


def test_the_command_says_what_is_lacking(shapes: Shapes) -> None:
    library, _ = shapes
    place = str(library.workspace.path)
    found = CliRunner().invoke(cli, ["experiment", "noise", "--workspace", place])
    assert found.exit_code == 2
    assert "too little to experiment on" in found.output
