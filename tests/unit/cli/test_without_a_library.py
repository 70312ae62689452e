"""Where a library is not installed a command says which, and what goes on without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.cli.frame import Frame, ending
from tests.unit.cli.conftest import run, start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TAGS = {f"{number}.png": "two" if number % 2 else "one" for number in range(16)}


def test_training_without_pytorch(
    make_folder: Callable[[Mapping[str, str]], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = make_folder(TAGS)
    place = ("--workspace", tmp_path / "workspace")
    assert run("import", folder, *place).code == 0
    without = tmp_path / "without"
    without.mkdir()
    lacking = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    (without / "torch.py").write_text(lacking, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(without))
    with start("train", *place, "--min-images", 4, "--device", "cpu") as training:
        _, said = training.communicate()
    assert training.returncode == 1
    assert "Traceback" not in said
    assert "torch is not installed" in said
    assert "-m pip install torch" in said
    assert "go on without it" in said


def test_a_part_of_the_program_that_is_not_there_is_a_fault() -> None:
    with (
        Frame(json=True).output() as output,
        pytest.raises(ModuleNotFoundError),
        ending(output),
    ):
        raise ModuleNotFoundError("No module named 'model.nowhere'", name="model.nowhere")
