"""What is heavy is not loaded for the first picture on screen, nor to say why it is asked about."""

from __future__ import annotations

import subprocess
import sys
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
ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtTest import QTest
import reviewer.cli.look, reviewer.cli.main
from reviewer.app import make_application, make_window
from reviewer.settings import Settings
app = make_application()
window, _ = make_window(Settings(reviewer="tester", refresh_every=0))
window.show()
assert window.open_collection(Path(sys.argv[1]))
for _ in range(2000):
    if window.review.controller.showing.ready:
        break
    QTest.qWait(10)
else:
    sys.exit("no picture was painted")
why = window.review.page.tags.why
window.review.controller.run_command("look.why")
for _ in range(2000):
    if "nearest" in why.words or "None are known" in why.words:
        break
    QTest.qWait(10)
else:
    sys.exit("nothing was said of why")
print(*sorted(set(sys.modules) & set(sys.argv[2:])))
window.close()
"""


def test_the_first_picture_needs_nothing_heavy(workspace: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(workspace), *HEAVY],
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
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
