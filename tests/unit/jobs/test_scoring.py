"""Scores with a planted relation to tags: the models find it, the document's two baselines less."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from scipy import sparse

from reviewer.core.errors import UsageError
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.pages.scores import score_lines, write_scores
from reviewer.jobs.scoring import ScoreData, correlation, score_data, score_report
from reviewer.store.figures import SCORES, FigureFiles
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

IMAGES, TAGS = 6000, 120


def planted(seed: int = 1) -> ScoreData:
    """Tags lift and lower the score, some of them only together; the tagger sees a little of it."""
    rng = np.random.default_rng(seed)
    tags = rng.random((IMAGES, TAGS)) < rng.uniform(0.03, 0.3, TAGS)
    weights = np.where(rng.random(TAGS) < 0.3, rng.normal(0, 1.2, TAGS), 0)
    together = 3.0 * (tags[:, 0] & tags[:, 1]) + 3.0 * (tags[:, 2] & ~tags[:, 3])
    scores = np.round(tags @ weights + together + rng.normal(0, 0.5, IMAGES))
    embeddings = tags[:, :30] @ rng.normal(0, 1, (30, 16)) + rng.normal(0, 1, (IMAGES, 16))
    names = ("1girl", "1boy", *(f"tag_{n}" for n in range(2, TAGS)))
    values, counts = np.unique(scores, return_counts=True)
    histogram = tuple((int(v), int(c)) for v, c in zip(values, counts, strict=True))
    return ScoreData(
        np.arange(IMAGES) + 1,
        scores,
        sparse.csr_matrix(tags.astype(np.float32)),
        names,
        embeddings.astype(np.float32),
        histogram,
    )


def test_a_planted_relation_is_found() -> None:
    found = score_report(planted(), Silent())
    errors = {entry.name: entry.test for entry in found.errors}
    assert len(errors) == 6
    baselines = [
        errors[n]
        for n in ("the constant", "decision tree on tags", "PCA and least squares on tags")
    ]
    assert errors[found.best] < min(baselines)
    assert errors["PCA and least squares on tags"] < 0.6 * errors["the constant"]
    assert all(predicted > score for _, score, predicted in found.under_rated)
    assert set(found.with_tag) == {"1girl", "1boy"}


def test_correlations_are_those_of_numpy() -> None:
    data = planted()
    dense = data.tags.toarray()
    expected = [np.corrcoef(dense[:, n], data.scores)[0, 1] for n in range(10)]
    assert correlation(data.tags, data.scores)[:10] == pytest.approx(expected, abs=1e-6)
    still = sparse.csr_matrix(np.ones((5, 1), np.float32))
    assert correlation(still, np.arange(5.0)).tolist() == [0]


def test_scores_of_posts_become_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    rng = np.random.default_rng(2)
    lines = []
    for number in range(1, 321):
        liked = rng.random() < 0.5
        score = int(rng.poisson(6 if liked else 1))
        Image.new("RGB", (8, 8), (number % 255, 9, 9)).save(folder / f"{number}.png")
        tags = ["1girl", "sky"] if liked else ["monochrome"]
        tags += ["tagme"] if number % 3 == 0 else ["solo"]
        lines.append({"id": str(number), "tag_string": " ".join(tags), "score": score})
    (folder / "posts.json").write_text(json.dumps(lines), encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        data = score_data(library, each_common=20)
        assert set(data.names) == {"1girl", "sky", "monochrome", "solo"}
        common = int(np.isin(data.scores, (0, 1)).sum())
        assert common < 70
        assert sum(count for _, count in data.histogram) == 320
        changes, found = write_scores(library, Silent(), tmp_path / "out", each_common=100)
        assert changes.summary["samples"] == found.samples
    page = (tmp_path / "out" / "scores.html").read_text(encoding="utf-8")
    assert "monochrome" in page
    assert (tmp_path / "out" / "tree.svg").read_text(encoding="utf-8").startswith("<svg")
    assert any("best" in line for line in score_lines(found))
    told = FigureFiles(tmp_path / "out").read(SCORES)
    assert told is not None
    assert sum(images for _, images in told.histogram) == 320
    assert told.best in {entry.name for entry in told.errors}
    assert {entry.document for entry in told.errors} == {"", "0.754", "0.768"}
    assert all((folder / row.path).exists() for row in told.under_rated)
    assert all(row.predicted > row.score for row in told.under_rated)


def test_a_collection_without_scores_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with (
        Library.create(tmp_path / "workspace", tmp_path / "images") as library,
        pytest.raises(UsageError, match="Only 0 images have a score"),
    ):
        score_data(library)
