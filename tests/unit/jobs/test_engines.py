"""A scan on another engine: begun, gone on with, refused, and told of."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest

from reviewer.core.errors import TaggerError, UsageError
from reviewer.jobs import context
from reviewer.jobs.context import Silent
from reviewer.jobs.engines import judging
from reviewer.jobs.engines.opening import compare_engines
from reviewer.jobs.engines.sample import draw_sample
from reviewer.jobs.scans import keeping
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.rescoring import seen_before
from reviewer.jobs.scans.scanning import scan
from reviewer.settings import Settings, save
from tests.conftest import Heard
from tests.unit.jobs.conftest import COUNT

if TYPE_CHECKING:
    from pathlib import Path

    from reviewer.core.types import Progress
    from reviewer.store.library import Library
    from reviewer.store.scans import ScanFiles

    Shapes: TypeAlias = tuple[Library, dict[str, frozenset[str]]]

CALM = {"device": "cpu", "batch_size": 8, "workers": 1}


class Stops(Silent):
    """Ends the job, as Ctrl+C would, once a few images are scanned."""

    def progress(self, progress: Progress) -> None:
        if progress.stage == "scan" and progress.done >= COUNT // 3:
            raise KeyboardInterrupt


class Counts(Silent):
    """Keeps how far a scan said that it was, and of how many."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def progress(self, progress: Progress) -> None:
        if progress.stage == "scan":
            self.told.append((progress.done, progress.total))


def forget(library: Library) -> None:
    shutil.rmtree(library.workspace.scans)


def scanned(library: Library) -> ScanFiles:
    files = library.scan("v1")
    assert files is not None
    assert len(files) == COUNT
    return files


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_scores_in_float_are_the_same_and_in_bytes_nearly(shapes: Shapes):
    library, _ = shapes
    kept = {"torch": np.array(scanned(library).embeddings(), np.float32)}
    for engine in ("onnx", "int8", "bf16"):
        forget(library)
        scan(library, Silent(), ScanChoices(engine=engine, accept_loss=True, **CALM))
        files = scanned(library)
        assert files.shape.engine.partition("-")[0] == engine
        kept[engine] = np.array(files.embeddings(), np.float32)
    np.testing.assert_allclose(kept["onnx"], kept["torch"], rtol=2e-3, atol=1e-3)
    for engine in ("int8", "bf16"):
        assert np.corrcoef(kept[engine].ravel(), kept["torch"].ravel())[0, 1] > 0.97
        assert not np.array_equal(kept[engine], kept["torch"])


@pytest.mark.parametrize("engine", ["onnx", "int8"])
def test_a_scan_that_was_cut_off_ends_as_if_it_had_not_been(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch, engine: str
):
    library, _ = shapes
    monkeypatch.setattr(keeping, "WRITE_SECONDS", 0.0)
    monkeypatch.setattr(context, "REPORT_EVERY_S", 0.0)
    choices = ScanChoices(engine=engine, accept_loss=True, **CALM)
    forget(library)
    scan(library, Silent(), choices)
    undisturbed = contents(library.workspace.scans / "v1")
    forget(library)
    with pytest.raises(KeyboardInterrupt):
        scan(library, Stops(), choices)
    begun = library.scan("v1")
    assert begun is not None
    assert 0 < len(begun) < COUNT
    # Nothing is asked for: the scan goes on as it was begun, and its bar where it was.
    counted = len(begun)
    again = Counts()
    scan(library, again, ScanChoices(**CALM))
    assert again.told[:2] == [(0, COUNT), (counted, COUNT)]
    assert again.told[-1] == (COUNT, COUNT)
    assert contents(library.workspace.scans / "v1") == undisturbed


def test_two_engines_do_not_mix_in_a_scan(shapes: Shapes):
    library, _ = shapes
    before = contents(library.workspace.scans / "v1")
    with pytest.raises(UsageError, match=r"engine torch.*Delete"):
        scan(library, Silent(), ScanChoices(engine="onnx", **CALM))
    assert contents(library.workspace.scans / "v1") == before


def test_embeddings_of_another_engine_are_not_used_again(shapes: Shapes):
    library, _ = shapes
    shape = scanned(library).shape
    other = type(shape)(shape.version, shape.tags[:-1], shape.width, 0, "onnx")
    assert seen_before(library, "v1", other) is None
    same = type(shape)(shape.version, shape.tags[:-1], shape.width)
    assert seen_before(library, "v1", same) is not None


def test_an_engine_that_loses_too_much_is_refused_before_anything_is_scanned(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
):
    library, _ = shapes
    forget(library)
    monkeypatch.setattr(judging, "LEAST_SAME", 1.1)
    heard = Heard()
    with pytest.raises(TaggerError, match="--accept-loss"):
        scan(library, heard, ScanChoices(engine="int8", **CALM))
    assert any(note.startswith("Engine int8 beside torch. On") for note in heard.notes)
    assert library.scan("v1") is None
    scan(library, heard, ScanChoices(engine="int8", accept_loss=True, **CALM))
    assert len(scanned(library)) == COUNT


def test_the_engine_of_the_settings_is_taken_where_a_scan_begins(shapes: Shapes):
    library, _ = shapes
    save(Settings(engine="onnx"))
    scan(library, Silent(), ScanChoices(**CALM))
    assert scanned(library).shape.engine == ""
    forget(library)
    heard = Heard()
    scan(library, heard, ScanChoices(**CALM))
    assert scanned(library).shape.engine == "onnx"
    assert any("ONNX Runtime" in note for note in heard.notes)


def test_an_engine_of_the_settings_that_does_not_do_gives_way_to_torch(
    shapes: Shapes, monkeypatch: pytest.MonkeyPatch
):
    library, _ = shapes
    forget(library)
    save(Settings(engine="int8"))
    monkeypatch.setattr(judging, "LEAST_SAME", 1.1)
    heard = Heard()
    scan(library, heard, ScanChoices(**CALM))
    assert scanned(library).shape.engine == ""
    assert any(note.endswith("This scan runs on torch.") for note in heard.notes)


def test_bytes_that_are_gone_are_not_replaced_by_others(shapes: Shapes):
    library, _ = shapes
    forget(library)
    scan(library, Silent(), ScanChoices(engine="int8", accept_loss=True, **CALM))
    shutil.rmtree(library.workspace.engines)
    # Made again from the same images they are the same.
    scan(library, Silent(), ScanChoices(**CALM))
    graph = library.workspace.engines / "v1" / "int8" / "model.onnx"
    shutil.copyfile(library.workspace.engines / "v1" / "onnx" / "model.onnx", graph)
    with pytest.raises(UsageError, match="says something else"):
        scan(library, Silent(), ScanChoices(**CALM))


def test_the_sample_is_spread_and_judged_on_other_images_than_measured(shapes: Shapes):
    sample = draw_sample(shapes[0])
    assert not set(sample.calibrated) & set(sample.judged)
    assert len(sample.calibrated) + len(sample.judged) == COUNT


def test_all_engines_are_compared_without_a_scan(shapes: Shapes):
    library, _ = shapes
    before = contents(library.workspace.scans / "v1")
    found = compare_engines(library, Silent(), "v1")
    assert sorted(found) == ["bf16", "int8", "onnx"]
    exact = found["onnx"]
    assert not isinstance(exact, str)
    assert exact.difference < 1e-3
    assert exact.same_top > 0.98
    assert abs(exact.lost) < 1e-3
    assert exact.speed > 0
    assert contents(library.workspace.scans / "v1") == before


def test_an_engine_that_there_is_not_is_refused(shapes: Shapes):
    with pytest.raises(UsageError, match="use torch, onnx, bf16, int8"):
        scan(shapes[0], Silent(), ScanChoices(engine="steam", **CALM))
