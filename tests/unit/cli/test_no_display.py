"""Where no window can be shown: a sentence with the remedy and an exit code, never an abort."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from reviewer.ui.system_libraries import lacking_for, lacking_sentence, named_in, package_of

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have one")
NOWHERE = ":0.nowhere"
"""A display that no server can have."""


def window(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program without a command, with nothing of this machine's own desktop."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE"}
    }
    places = {name: str(tmp_path) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    return subprocess.run(
        [sys.executable, "-m", "reviewer"],
        capture_output=True,
        text=True,
        env={**kept, **places, **environment},
        check=False,
        timeout=300,
    )


@LINUX
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DISPLAY": NOWHERE, "QT_QPA_PLATFORM": "xcb"}, f"{NOWHERE} (DISPLAY)"),
        ({"DISPLAY": NOWHERE, "QT_QPA_PLATFORM": "nonsense"}, "Unset QT_QPA_PLATFORM"),
    ],
)
def test_a_display_that_cannot_be_used_is_told(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    done = window(tmp_path, **environment)
    assert done.returncode == 2, done.stderr
    assert "--no-window" in done.stderr
    # Where Qt's plugin lacks a library, that is what is told first.
    assert said in done.stderr or "apt-get install" in done.stderr
    assert "Traceback" not in done.stderr


@LINUX
def test_a_library_that_qt_itself_lacks_is_named(tmp_path: Path) -> None:
    package = tmp_path / "without" / "PySide6"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    problem = "libEGL.so.1: cannot open shared object file: No such file or directory"
    (package / "QtWidgets.py").write_text(f"raise ImportError({problem!r})\n", encoding="utf-8")
    done = window(tmp_path, DISPLAY=NOWHERE, PYTHONPATH=f"{package.parent}{os.pathsep}{Path.cwd()}")
    assert done.returncode == 2, done.stderr
    assert "apt-get install libegl1" in done.stderr
    assert "Traceback" not in done.stderr


@LINUX
@pytest.mark.skipif(shutil.which("ldd") is None, reason="this system has no ldd")
def test_the_loader_is_asked_what_a_plugin_lacks(tmp_path: Path) -> None:
    plugin = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    # Away from its own libraries it does not find them.
    alone = Path(shutil.copy(plugin, tmp_path))
    lacking = lacking_for(alone)
    assert "libQt6XcbQpa.so.6" in lacking
    assert all(library in lacking_sentence(lacking) for library in lacking)
    assert lacking_for(tmp_path / "nothing.so") == []


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libEGL.so.1", "libegl1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libxcb-render-util.so.0", "libxcb-render-util0"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libodd.so", "libodd"),
        ("odd", ""),
    ],
)
def test_packages_are_named_as_debian_names_them(library: str, package: str) -> None:
    assert package_of(library) == package


def test_the_library_is_found_in_the_loaders_words() -> None:
    said = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert named_in(said) == "libEGL.so.1"
    assert named_in("undefined symbol: x") == ""
