"""What is heavy is not loaded for the first picture on screen, nor to say why it is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gui.own_process import run_review

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = [
    "cleanlab",
    "httpx",
    "keyring",
    "numba",
    "onnxruntime",
    "pandas",
    "pyqtgraph",
    "rapidfuzz",
    "reviewer.ui.history.page",
    "rich",
    "scipy",
    "sklearn",
    "timm",
    "torch",
]

PROGRAM = """
why = window.review.page.tags.why
window.review.controller.run_command("look.why")
wait_until(lambda: "nearest" in why.words or "None are known" in why.words)
print(*sorted(set(sys.modules) & set(sys.argv[2:])))
window.close()
"""


def test_the_first_picture_needs_nothing_heavy(workspace: Path, tmp_path: Path) -> None:
    assert run_review(PROGRAM, workspace, tmp_path, *HEAVY) == []
