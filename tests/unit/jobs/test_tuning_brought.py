"""A brought tagger fine-tuned from the command line: low ranks, last blocks, and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from tests.unit.cli.conftest import run
from tests.unit.jobs import conftest
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

KNOWN = ("circle", "red", "square", "smile")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """Shapes whose `red` was answered; taggers know three of the four tags."""
    rows = [*folders.WD_ROWS[:4], *((str(n), name, 0) for n, name in enumerate(KNOWN))]
    monkeypatch.setattr(folders.write_wd_list, "__defaults__", (rows,))
    monkeypatch.setattr(folders, "GENERAL", KNOWN)
    monkeypatch.setattr(conftest, "COUNT", 60)
    conftest.make_shapes(tmp_path / "images")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as opened:
        import_folder(opened, Silent())
        number = opened.vocabulary().by_name["red"].id
        images = [image_id for image_id, _, _ in opened.images.askable()][:12]
        opened.decisions.append(
            [Decision(i, number, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1) for i in images]
        )
        yield opened


@pytest.mark.parametrize(
    ("tune", "make"), [("lora", folders.wd_timm), ("blocks", folders.torchvision_checkpoint)]
)
def test_it_is_tuned_and_leaves_with_its_known_rows(
    library: Library, tmp_path: Path, tune: str, make: Callable[[Path], folders.Made]
) -> None:
    made = make(tmp_path / "theirs")
    place = ("--workspace", library.workspace.path)
    brought = run("--json", "bring", made.folder, *place)
    assert brought.code == 0, brought.out
    for command in ("scan", "refresh"):
        assert run("--json", command, *place).code == 0
    options = ("--tune", tune, "--epochs", 1, "--device", "cpu", "--promote", "always")
    tuned = run("--json", "retrain", *options, *place)
    assert tuned.code == 0, tuned.out
    assert tuned.events[-1]["summary"]["promoted"] == 1
    (before, names), (after, later) = (_loaded(library, name) for name in ("v1", "v2"))
    assert later[: len(names)] == names
    assert later[len(names) :] == ["blue"]
    still = np.array([name != "red" for name in names])
    head, tuned_head = before.pop("head"), after.pop("head")[: len(names)]
    np.testing.assert_array_equal(tuned_head[still], head[still])
    assert (tuned_head[~still] != head[~still]).any()
    assert before.keys() == after.keys()
    moved = [name for name, part in before.items() if not np.array_equal(part, after[name])]
    assert 0 < len(moved) < len(before)
    # Out again as others read it, and in again as another stranger's.
    kinds = ("onnx", "timm") if tune == "lora" else ("onnx",)
    for kind in kinds:
        out = run("--json", "export-tagger", tmp_path / kind, "--as", kind, *place)
        assert out.code == 0, out.out
        assert out.events[-1]["summary"]["difference"] <= 1e-5
        again = run("--json", "bring", tmp_path / kind, *place)
        assert again.events[-1]["summary"]["matched"] == 4


def _loaded(library: Library, version: str) -> tuple[dict[str, NDArray[np.generic]], list[str]]:
    """The backbone's tensors by name, the rows of the head with their biases, and their names."""
    import torch

    from model.version import load_version

    folder = library.version_folder(version)
    tagger, record = load_version(folder, torch.device("cpu"), whole=True)
    rows = torch.cat([tagger.head.weight, tagger.head.bias[:, None]], dim=1).detach().numpy()
    parts = {name: part.numpy() for name, part in tagger.backbone.state_dict().items()}
    return parts | {"head": rows}, [name for name, _ in record.outputs]
