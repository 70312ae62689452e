"""What holds for the code as a whole: sizes, where SQL lives, what is loaded and documented."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reviewer.cli.commands import PLACES
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


@dataclass
class Looks:
    """What a module is found to have.

    Attributes:
        large: What of it is larger than it may be.
        has_sql: Whether a text in it is SQL.
    """

    large: list[str]
    has_sql: bool = False


def looked_at(text: str) -> Looks:
    found = Looks(["the module"] if len(text.splitlines()) > MODULE_LINES else [])
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant):
            found.has_sql |= isinstance(node.value, str) and bool(SQL.match(node.value))
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            if lines_of(node) > CLASS_LINES or len(methods) > CLASS_METHODS:
                found.large.append(node.name)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.large += [node.name] if body_lines(node) > FUNCTION_LINES else []
    return found


@pytest.fixture(scope="module")
def modules() -> dict[str, Looks]:
    """Every module by its path."""
    return {
        path.relative_to(ROOT).as_posix(): looked_at(path.read_text(encoding="utf-8"))
        for path in MODULES
    }


def test_modules_classes_and_functions_stay_small(modules: dict[str, Looks]) -> None:
    assert {name: found.large for name, found in modules.items() if found.large} == {}


def test_what_is_too_large_would_be_found() -> None:
    line = "    a = 1\n"
    methods = [f"    def m{number}(self):\n        pass\n" for number in range(CLASS_METHODS + 1)]
    assert looked_at("a = 1\n" * MODULE_LINES).large == []
    assert looked_at("a = 1\n" * (MODULE_LINES + 1)).large == ["the module"]
    assert looked_at("def f():\n" + line * FUNCTION_LINES).large == []
    assert looked_at("async def f():\n" + line * (FUNCTION_LINES + 1)).large == ["f"]
    assert looked_at("class C:\n" + line * (CLASS_LINES - 1)).large == []
    assert looked_at("class C:\n" + line * CLASS_LINES).large == ["C"]
    assert looked_at("class C:\n" + "".join(methods[:-1])).large == []
    assert looked_at("class C:\n" + "".join(methods)).large == ["C"]


def test_sql_is_written_in_the_store_alone(modules: dict[str, Looks]) -> None:
    with_sql = [name for name, found in modules.items() if found.has_sql]
    assert "reviewer/store/decisions.py" in with_sql
    assert [name for name in with_sql if not name.startswith("reviewer/store/")] == []


HEAVY = ("torch", "torchvision", "timm", "sklearn", "onnx", "onnxruntime", "model")
"""What takes longer to load than most commands take for everything else."""
LOADING = """
import importlib, sys
heavy, *names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
    print(name, *sorted(set(heavy.split()) & set(sys.modules)), sep="|")
"""


def loaded(heavy: tuple[str, ...], *names: str) -> list[str]:
    """Each module with those of the heavy ones that are loaded after it."""
    found = subprocess.run(
        [sys.executable, "-c", LOADING, " ".join(heavy), *names],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return found.stdout.splitlines()


def test_what_is_heavy_is_not_loaded_before_it_is_needed() -> None:
    commands = {f"reviewer.cli.{place.partition(':')[0]}" for place in PLACES.values()}
    names = ["reviewer.cli.main", "reviewer.app", *sorted(commands)]
    assert loaded(HEAVY, *names) == names


def test_a_tagger_of_our_own_loads_no_other_s_libraries() -> None:
    names = ["model.predict", "model.crossfit", "model.train"]
    assert loaded(("torchvision", "timm", "onnx", "onnxruntime", "sklearn"), *names) == names


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


def test_what_the_map_names_is_there() -> None:
    named = set(re.findall(r"`([\w./]+)`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")))
    files = {name for name in named if name.endswith(".py")}
    places = (ROOT, ROOT / "reviewer", ROOT / "reviewer" / "store")
    gone = [name for name in files if not any((place / name).is_file() for place in places)]
    assert gone == []
    sources = [*MODULES, *(ROOT / "tests").glob("**/conftest.py"), *(ROOT / "tests").glob("*.py")]
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in sources)))
    code = {
        name.rpartition(".")[2] for name in named - files if re.fullmatch(r"[A-Za-z_][\w.]*", name)
    }
    assert len(files) > 50
    assert code - words == set()
