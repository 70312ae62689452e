"""The command line as a person or a program calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from reviewer.cli.main import cli
from reviewer.core.types import Answer, Decision, Side
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


can_lack_a_display = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bool(os.environ.get("WINDOWS_RULES")),
    reason="only X and Wayland can be absent: elsewhere a window would open",
)


@dataclass(frozen=True)
class Said:
    """What a command said.

    Attributes:
        code: Exit code.
        out, err: Standard output and standard error.
    """

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as one JSON object a line; anything else on it is an error."""
        return [json.loads(line) for line in self.out.splitlines()]


def run(*words: object, text: str = "") -> Said:
    """Runs a command in this process, without a terminal; `text` is what a person types."""
    result = CliRunner().invoke(cli, [str(word) for word in words], input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def start(*words: object) -> subprocess.Popen[str]:
    """Starts a command as a process of its own, without a display."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    return subprocess.Popen(
        [sys.executable, "-m", "reviewer", *map(str, words)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder(make_folder: Callable[[Mapping[str, str]], Path]) -> Path:
    """Three images with a tags.csv."""
    return make_folder({"a.png": "cat solo", "b.png": "cat", "c.png": "dog"})


@pytest.fixture
def imported(folder: Path) -> Path:
    """The same, imported, with one answer that takes `cat` from a.png."""
    assert run("import", folder).code == 0
    with Library.open(workspace_for(folder)) as library:
        cat = library.vocabulary().by_name["cat"].id
        row = Decision(1, cat, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
        library.decisions.append([row])
    return folder
