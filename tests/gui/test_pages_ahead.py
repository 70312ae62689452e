"""The side pages are loaded in a rest, and never before somebody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gui.own_process import run_review

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
from reviewer.ui import side_pages
PAGES = {
    "reviewer.ui." + place.split(":")[0]
    for place in [*side_pages.FACTORIES.values(), *side_pages.WITHOUT_COLLECTION.values()]
}
ahead = window.review.controller.sitting._ahead
assert not ahead._rest.isActive()
if sys.argv[2] == "answered":
    ahead._rest.setInterval(0)
    QTest.keyClick(window.review.page, Qt.Key.Key_A)
    wait_until(lambda: ahead._thread.ident is not None)
    if sys.argv[3] == "waited":
        wait_until(lambda: not ahead._thread.is_alive())
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
    there, *names = run_review(PROGRAM, workspace, tmp_path, first, then)
    assert len(names) == (int(there) if loaded else 0), names
