"""What holds for the code as a whole: sizes, where SQL lives, what is loaded and documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.core.commands import COMMANDS, View, command, commands_in, key_table_markdown

ROOT = Path(__file__).parents[1]
MODULES = sorted([*(ROOT / "reviewer").rglob("*.py"), *(ROOT / "model").rglob("*.py")])

MODULE_LINES = 400
CLASS_LINES = 300
CLASS_METHODS = 20
FUNCTION_LINES = 60

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(TABLE|VIEW|INDEX))\b",
    re.IGNORECASE | re.DOTALL,
)


def lines_of(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1  # type: ignore[attr-defined]


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_classes_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            assert lines_of(node) <= CLASS_LINES, node.name
            assert len(methods) <= CLASS_METHODS, node.name
        if isinstance(node, ast.FunctionDef):
            assert body_lines(node) <= FUNCTION_LINES, node.name


def test_sql_is_written_in_the_store_alone() -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if "store" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert strangers == []


@pytest.mark.parametrize("module", ["reviewer.app", "reviewer.cli.main", "reviewer.jobs.pipeline"])
def test_torch_is_not_loaded_before_it_is_needed(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'torch', 'torchvision'}} & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("view", [View.SINGLE, View.GRID])
def test_no_key_stands_for_two_commands(view: View) -> None:
    keys = [key for entry in commands_in(view) for key in entry.keys]
    assert len(keys) == len(set(keys))


def test_commands_are_found_by_their_names() -> None:
    ids = [entry.id for entry in COMMANDS]
    assert len(ids) == len(set(ids))
    assert command("undo").keys[0] == "Backspace"
    with pytest.raises(KeyError):
        command("no such command")


def test_the_readme_has_the_key_table_as_it_is() -> None:
    assert key_table_markdown() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_map_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = {path.parent.relative_to(ROOT).as_posix() for path in MODULES}
    missing = [name for name in packages if f"`{name}/" not in text]
    assert missing == []
