"""Contrast, words, settings and resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QWidget

from reviewer import settings as settings_files
from reviewer.assets import asset
from reviewer.core.errors import SourceError
from reviewer.core.statistics import wilson
from reviewer.core.types import Answer, Category, Decision, Progress, Side
from reviewer.settings import Recent, Settings
from reviewer.ui import theme
from reviewer.ui.answer_strip import outcome
from reviewer.ui.jobs.words import changes, plain_facts
from reviewer.ui.style_sheet import style_sheet
from reviewer.ui.widgets.icons import application_icon, icon
from reviewer.ui.words import duration, percent_range, progress_line

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it."""

    def luminance(name: str) -> float:
        parts = QColor(name).getRgbF()[:3]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


LOOKS = pytest.mark.parametrize("used", theme.LOOKS, ids=["dark", "light", "contrast"])


@LOOKS
@pytest.mark.parametrize("ground", ["canvas", "ground", "raised", "selected", "hover"])
def test_every_text_can_be_read(used: theme.Look, ground: str):
    words = [*used.categories.values(), *used.answers.values()]
    for colour in (*words, used.text, used.muted, used.accent):
        assert contrast(colour, getattr(used, ground)) >= 4.5, (colour, ground)


def test_high_contrast_is_high():
    """WCAG 2.2, 1.4.6: 7:1 for every text, wherever it stands."""
    used = theme.CONTRAST
    words = [*used.categories.values(), *used.answers.values(), used.text, used.muted, used.accent]
    for ground in (used.canvas, used.ground, used.raised, used.selected, used.hover):
        assert min(contrast(colour, ground) for colour in words) >= 7, ground
    for text, ground in (
        (used.error_text, used.error_ground),
        (used.warning_text, used.warning_ground),
        (used.on_accent, used.accent),
        (used.disabled, used.ground),
    ):
        assert contrast(text, ground) >= 7


def test_high_contrast_can_be_chosen(qapp: QApplication):
    theme.apply_theme(qapp, theme.Theme.CONTRAST)
    assert theme.look() is theme.CONTRAST
    theme.apply_theme(qapp)
    assert theme.look() is theme.DARK


class Counted(QWidget):
    """Counts how often it was given a style."""

    styled = 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.styled += event.type() == QEvent.Type.StyleChange


def test_a_look_is_given_once_and_a_changed_one_again(qtbot: QtBot, qapp: QApplication):
    theme.apply_theme(qapp)
    widget = Counted()
    qtbot.addWidget(widget)
    widget.show()
    before = widget.styled

    theme.apply_theme(qapp)
    assert widget.styled == before

    theme.apply_theme(qapp, theme.Theme.LIGHT, 125)
    assert widget.styled > before
    assert widget.palette().color(QPalette.ColorRole.Window) == QColor(theme.LIGHT.ground)
    assert widget.font().pointSizeF() == theme.FONT_POINTS * 1.25
    assert theme.look() is theme.LIGHT

    qapp.setFont(QFont(qapp.font().family(), 17))
    theme.apply_theme(qapp, theme.Theme.LIGHT, 125)
    assert widget.font().pointSizeF() == theme.FONT_POINTS * 1.25

    theme.apply_theme(qapp)
    assert theme.look() is theme.DARK


@LOOKS
def test_notices_and_buttons_can_be_read(used: theme.Look):
    assert contrast(used.error_text, used.error_ground) >= 4.5
    assert contrast(used.warning_text, used.warning_ground) >= 4.5
    assert contrast(used.on_accent, used.accent) >= 4.5
    assert contrast(used.on_accent, used.accent_hover) >= 4.5


@LOOKS
def test_the_focus_can_be_seen(used: theme.Look):
    """A frame needs 3:1 beside what it frames and beside the frame it replaces (2.4.11)."""
    for beside in (used.canvas, used.ground, used.raised, used.line):
        assert contrast(used.accent, beside) >= 3, beside


@LOOKS
def test_categories_and_answers_all_have_a_colour(used: theme.Look):
    assert set(used.categories) == set(Category)
    assert set(used.answers) == set(Answer)


def test_font_sizes_are_in_points():
    sizes = re.findall(r"font-size:\s*[\d.]+(\w+)", style_sheet(theme.DARK))
    assert sizes
    assert set(sizes) == {"pt"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("school_uniform", "school uniform"),
        ("^_^", "^_^"),
        ("o_o", "o_o"),
        (">_<", ">_<"),
        ("hatsune_miku_(cosplay)", "hatsune miku (cosplay)"),
        ("6+girls", "6+girls"),
    ],
)
def test_underscores_become_spaces_but_faces_stay(name: str, shown: str):
    assert theme.shown_name(name) == shown


def test_spans_of_time_are_as_exact_as_they_deserve():
    assert [duration(s) for s in (0.2, 40, 600, 12_000, 200_000)] == [
        "1 s",
        "40 s",
        "10 min",
        "3 h 20 min",
        "55 h",
    ]


def test_progress_in_words():
    line = progress_line(Progress("scan", 120, 3000, "images", 24.0, "epoch 1"))
    assert "120 of 3,000 images" in line
    assert "2 min left" in line
    assert line.endswith("epoch 1")
    assert progress_line(Progress("scan")) == ""


def test_a_share_is_shown_with_its_interval():
    assert percent_range(wilson(58, 100)) == "58% (48\N{EN DASH}67)"


def test_an_answer_tells_afterwards_what_was_hidden():
    decision = Decision(1, 2, Answer.YES, Side.MISSING, 0.93, 0.71, "v1", "me", 0)
    said = outcome(decision, "cat ears")
    assert "said absent" in said
    assert "0.93" in said
    assert "changed the metadata" in said


def test_a_job_tells_before_and_after():
    summary = {"version": "v2", "mAP before": 0.61, "mAP after": 0.655, "scanned": 3000}
    assert changes(summary) == ["mAP 0.610 to 0.655 (+0.045)"]
    assert plain_facts(summary) == ["version v2", "scanned 3,000"]


def test_settings_come_back_as_they_were(tmp_path: Path):
    path = tmp_path / "deep" / "settings.toml"
    wanted = Settings(
        reviewer="J\N{LATIN SMALL LETTER O WITH DIAERESIS}rg",
        refresh_every=50,
        window=(1500, 900),
        recent=(Recent("/w", "/pictures/a b", "a b", 10, 2),),
    )
    settings_files.save(wanted, path)
    assert settings_files.load(path) == wanted
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_the_defaults_hold(tmp_path: Path):
    got = settings_files.load(tmp_path / "settings.toml")
    assert got == Settings()
    assert got.refresh_every == 300
    assert got.reviewer


@pytest.mark.parametrize(
    "text", ["refresh_every = ", 'refresh_every = "often"', "cache_mib = 1", "window = [1]", "\xff"]
)
def test_settings_that_cannot_be_used_name_the_file(tmp_path: Path, text: str):
    path = tmp_path / "settings.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError, match=r"settings\.toml"):
        settings_files.load(path)


def test_a_collection_opened_again_moves_to_the_head():
    first, second = Recent("/1", "/a", "a"), Recent("/2", "/b", "b")
    settings = Settings().with_recent(first).with_recent(second).with_recent(first)
    assert [entry.name for entry in settings.recent] == ["a", "b"]


def test_resources_are_found_and_a_missing_one_is_named():
    assert asset("icons/folder.svg").read_text().startswith("<svg")
    with pytest.raises(FileNotFoundError, match="resources/nothing"):
        asset("nothing")


def test_icons_are_drawn_in_the_colour_asked_for(qtbot: QtBot):
    image = icon("folder", "#ff0000").pixmap(48, 48).toImage()
    seen = {
        image.pixelColor(x, y).getRgb()[:3]
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert seen == {(255, 0, 0)}
    assert not application_icon().isNull()
