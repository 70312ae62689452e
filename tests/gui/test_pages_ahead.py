"""The side pages are loaded in a rest, and never before somebody answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from reviewer.app import make_application, make_window
from reviewer.settings import Settings
from reviewer.ui import side_pages
PAGES = {
    "reviewer.ui." + place.split(":")[0]
    for place in [*side_pages.FACTORIES.values(), *side_pages.WITHOUT_COLLECTION.values()]
}
app = make_application()
window, _ = make_window(Settings(reviewer="tester", refresh_every=0))
window.show()
assert window.open_collection(Path(sys.argv[1]))
showing = window.review.controller.showing
while not showing.ready:
    QTest.qWait(10)
ahead = window.review.controller.sitting._ahead
assert not ahead._rest.isActive()
if sys.argv[2] == "answered":
    ahead._rest.setInterval(0)
    QTest.keyClick(window.review.page, Qt.Key.Key_A)
    while ahead._thread.ident is None:
        QTest.qWait(10)
    if sys.argv[3] == "waited":
        while ahead._thread.is_alive():
            QTest.qWait(10)
else:
    window.review.controller.handlers["next"]()
    QTest.qWait(50)
    assert ahead._thread.ident is None
window.close()
assert not ahead._thread.is_alive()
PAGES.add("pyqtgraph")
print(len(PAGES), *sorted(set(sys.modules) & PAGES))
"""


@pytest.mark.parametrize(
    ("first", "then", "loaded"),
    [("answered", "waited", True), ("answered", "closed at once", True), ("only moved", "", False)],
)
def test_the_pages_are_loaded_once_somebody_answered(
    workspace: Path, tmp_path: Path, first: str, then: str, loaded: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(workspace), first, then],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
            "PATH": "/usr/bin:/bin",
        },
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    there, *names = done.stdout.split()
    assert len(names) == (int(there) if loaded else 0), names
