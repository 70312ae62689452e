"""The noise experiment in the window: nothing yet, then its plots, its answer and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from scipy import sparse

from reviewer.core.types import Category, Tag
from reviewer.jobs.context import Silent
from reviewer.jobs.noise.data import NoiseData
from reviewer.jobs.noise.page import write_noise
from reviewer.jobs.noise.report import noise_report
from reviewer.jobs.noise.trials import Grid
from reviewer.store.library import Library
from reviewer.ui.figures.noise_sheet import NoiseLine, NoisePlot, NoiseSheet, over_noise
from reviewer.ui.figures.page import FiguresPage

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from reviewer.ui.main_window import MainWindow

TAGS = 12


class Drawn:
    """Trains nothing: quality follows a law with some chance, as a trainer's would."""

    def measure(self, rows: np.ndarray, labels: object, seed: int) -> tuple[np.ndarray, np.ndarray]:
        present = labels.present.sum()  # type: ignore[attr-defined] # a LabelMatrix
        chance = np.random.default_rng([len(rows), seed, int(present)])
        quality = 0.9 - 2.0 * present**-0.4 + chance.normal(0, 0.003, TAGS)
        counts = np.stack([quality * 50, np.full(TAGS, 50.0), np.full(TAGS, 50.0)], axis=1)
        return quality, counts


def write(workspace: Path) -> None:
    """Runs the experiment on generated labels and leaves its figures for the window."""
    rng = np.random.default_rng(1)
    data = NoiseData(
        version="v1",
        embeddings=np.zeros((400, 2), np.float16),
        present=sparse.csr_matrix(rng.random((400, TAGS)) < 0.2),
        unsure=sparse.csr_matrix((400, TAGS), dtype=bool),
        absent_weight=np.ones(TAGS, np.float32),
        measured=np.zeros((50, 2), np.float16),
        targets=np.ones((50, TAGS), np.float32),
        weights=np.ones((50, TAGS), np.float32),
        images=np.arange(400),
        measured_images=np.arange(400, 450),
        tags=tuple(Tag(n, f"tag_{n}", Category.GENERAL) for n in range(TAGS)),
        confirmed=0,
        basis="labels that were generated",
    )
    grid = Grid(drops=(0.3, 0.6), adds=(0.5,), image_shares=(0.25, 0.5, 1.0), seeds=3)
    with Library.open(workspace) as library:
        report = noise_report(library, data, grid, Silent(), Drawn(), "as generated")
        write_noise(report, library.name, library.workspace.figures)


def open_sheet(qtbot: QtBot, window: MainWindow) -> NoiseSheet:
    assert window.review is not None
    qtbot.keyClick(window.review.page, Qt.Key.Key_O)
    page = window.page
    assert isinstance(page, FiguresPage)
    page.show_sheet(page.names.index("Noise"))
    assert isinstance(page.sheet, NoiseSheet)
    return page.sheet


def test_before_the_experiment_it_says_what_it_is(qtbot: QtBot, reviewing: MainWindow):
    sheet = open_sheet(qtbot, reviewing)
    qtbot.wait(50)
    assert sheet.is_empty


def test_plots_answer_and_table_are_shown(
    qtbot: QtBot, window: MainWindow, workspace: Path, tmp_path: Path
):
    write(workspace)
    window.open_collection(workspace)
    sheet = open_sheet(qtbot, window)
    qtbot.waitUntil(lambda: not sheet.is_empty)
    assert "A corrected tag is worth" in sheet.answer.text()
    found = sheet.read()
    assert found is not None
    assert [level.kind for level in found.levels] == ["none", "drop", "drop", "add"]
    assert [line.name for line in over_noise(found.levels)] == [
        "mAP, dropped",
        "F1, dropped",
        "mAP, wrong added",
        "F1, wrong added",
    ]
    assert len(found.curves) == 3
    for plot, name in ((sheet.noise, "noise.png"), (sheet.images, "images.svg")):
        plot.save(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 1000


def test_a_plot_of_nothing_says_so(qtbot: QtBot, qapp: object):
    plot = NoisePlot("Quality", "Nothing was tried.")
    qtbot.addWidget(plot)
    plot.show_series([NoiseLine("mAP", ())], [])
    plot.show_series([NoiseLine("mAP", ((100.0, 0.5, 0.4, 0.6),))], [(100.0, "100")], log=True)
    assert not plot.grab().isNull()
