from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from model.backbones import create_tagger
from model.config import TaggerConfig
from model.data import open_pictures, to_input
from model.errors import TaggerProblem
from model.images import prepare_hashed
from model.predict import Predictor
from model.version import save_version
from tests.unit.model.drawings import TAGS, Drawn, open_plain

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = TaggerConfig(backbone="shufflenet_v2_x0_5", input_size=32, pad_colour=(10, 200, 10))


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    folder = tmp_path_factory.mktemp("versions") / "v"
    torch.manual_seed(2)
    save_version(folder, create_tagger(CONFIG, len(TAGS)), CONFIG, TAGS, {}, {})
    return Predictor.load(folder, "cpu")


def gathered(predictor: Predictor, paths: list[Path], **more: int):
    batches = list(predictor.scan(paths, open_plain, **more))
    arrays = [
        np.concatenate([getattr(batch, name) for batch in batches])
        for name in ("indices", "logits", "embeddings", "hashes")
    ]
    return arrays, [failure for batch in batches for failure in batch.failures]


def test_a_scan_gives_everything_in_order(predictor: Predictor, drawn: Drawn):
    (indices, logits, embeddings, hashes), failures = gathered(
        predictor, drawn.paths, batch_size=7, workers=2
    )
    count = len(drawn.paths)
    assert indices.tolist() == list(range(count))
    assert logits.shape == (count, len(TAGS))
    assert logits.dtype == np.float32
    assert embeddings.shape == (count, predictor.embedding_width)
    assert embeddings.dtype == np.float16
    assert hashes.dtype == np.uint64
    assert failures == []
    expected = prepare_hashed(open_plain(drawn.paths[9], 32), CONFIG)
    assert hashes[9] == expected.hash


@pytest.mark.parametrize(("batch_size", "workers"), [(1, 1), (16, 1), (50, 3), (500, 2)])
def test_batches_and_workers_change_nothing(
    predictor: Predictor, drawn: Drawn, batch_size: int, workers: int
):
    paths = drawn.paths[:40]
    (_, expected, _, _), _ = gathered(predictor, paths, batch_size=8, workers=2)
    (_, found, _, _), _ = gathered(predictor, paths, batch_size=batch_size, workers=workers)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_training_and_scan_see_the_same_pixels(predictor: Predictor, drawn: Drawn, tmp_path: Path):
    opened = open_pictures(
        drawn.paths,
        open_plain,
        CONFIG,
        tmp_path,
        cache_bytes=10**9,
        workers=1,
        told=lambda *_: None,
    )
    batch = next(opened.pictures.batches(np.arange(20), 20))
    with torch.inference_mode():
        trained_on, _ = predictor.tagger(to_input(batch.pixels, CONFIG, torch.device("cpu")))
    scanned = next(predictor.scan(drawn.paths[:20], open_plain, batch_size=20, workers=1))
    np.testing.assert_allclose(scanned.logits, trained_on.numpy(), atol=1e-4)
    np.testing.assert_array_equal(scanned.hashes, opened.hashes[:20])


def test_embeddings_and_head_give_the_logits(predictor: Predictor, drawn: Drawn):
    batch = next(predictor.scan(drawn.paths[:8], open_plain))
    again = batch.embeddings.astype(np.float32) @ predictor.tagger.head.weight.detach().numpy().T
    again += predictor.tagger.head.bias.detach().numpy()
    np.testing.assert_allclose(again, batch.logits, atol=0.02)
    np.testing.assert_allclose(batch.scores, 1 / (1 + np.exp(-batch.logits)), rtol=1e-5)


def test_broken_images_are_reported_where_they_stand(
    predictor: Predictor, drawn: Drawn, tmp_path: Path
):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 not more")
    paths = [drawn.paths[0], broken, drawn.paths[1], tmp_path / "gone.png"]
    (indices, logits, _, _), failures = gathered(predictor, paths, batch_size=3)
    assert indices.tolist() == [0, 2]
    assert len(logits) == 2
    assert [failure.position for failure in failures] == [1, 3]
    assert "broken.jpg" in failures[0].reason
    (indices, logits, embeddings, hashes), failures = gathered(predictor, [broken])
    assert len(indices) == len(logits) == len(embeddings) == len(hashes) == 0
    assert logits.shape == (0, len(TAGS))
    assert len(failures) == 1


def test_nothing_to_scan_is_no_error(predictor: Predictor):
    assert list(predictor.scan([], open_plain)) == []


@pytest.mark.usefixtures("four_threads")
def test_leaving_a_scan_leaves_no_thread_and_the_threads_of_torch_as_they_were(
    predictor: Predictor, drawn: Drawn
):
    threads = threading.active_count()
    scan = predictor.scan(drawn.paths, open_plain, batch_size=4, workers=2)
    next(scan)
    scan.close()
    assert torch.get_num_threads() == 4
    assert threading.active_count() == threads


def test_an_unknown_device_is_refused(predictor: Predictor):
    with pytest.raises(TaggerProblem, match="teapot"):
        Predictor.load(predictor.record.folder, "teapot")
    assert predictor.device.words.startswith("CPU, ")
