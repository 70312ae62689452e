"""The page of write-back, driven as a person does, with the program's own commands behind it."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import keyring
import pytest
from PySide6.QtCore import Qt

from reviewer.app import apply_theme
from reviewer.core.outbox import Destination
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.writing.keys import keep_key
from reviewer.jobs.writing.places import policy_of
from reviewer.settings import Settings
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from reviewer.ui.jobs.runner import JobRunner, JobState
from reviewer.ui.main_window import MainWindow
from reviewer.ui.start.preparing import Sample
from reviewer.ui.write_back.model import Column, Part
from reviewer.ui.write_back.page import WriteBackPage, rules_of, where_from
from tests.gui.conftest import rank_all
from tests.keyring_file import FileKeyring
from tests.servers.loopback import serving
from tests.servers.szurubooru import SzurubooruSite
from tests.unit.jobs.writing.conftest import make_posts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parents[2]


@dataclass
class Scene:
    window: MainWindow
    page: WriteBackPage
    site: SzurubooruSite
    library: Library
    runner: JobRunner

    def rows(self) -> list[tuple[str, str, str]]:
        model = self.page.sheet.model
        columns = (Column.IMAGE, Column.CHANGE, Column.STATE)
        return [
            (cells[0], cells[1], cells[2])
            for row in range(model.rowCount())
            for cells in [[str(model.data(model.index(row, c))) for c in columns]]
        ]

    def can(self, name: str) -> bool:
        return self.page.sheet.buttons[name].isEnabled()

    def free(self) -> bool:
        return self.page.jobs.of("home") is None and self.page.jobs.of("files") is None


@pytest.fixture
def scene(
    qtbot: QtBot, qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Scene]:
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.keyring_file.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    before = keyring.get_keyring()
    keyring.set_keyring(FileKeyring())
    apply_theme(qapp)  # type: ignore[arg-type] # pytest-qt's application
    make_posts(tmp_path / "images", "szurubooru", {1: "1girl hat", 2: "1girl hat", 3: "1girl"})
    site = SzurubooruSite()
    for number in (1, 2):
        site.post(str(number), "1girl hat")
    site.post("3", "1girl")
    with Library.create(tmp_path / "workspace", tmp_path / "images") as library:
        import_folder(library, Silent())
        rank_all(library)
        ids = library.tags.add({"cap": None, "odd": None})
        files = library.images.known_files()
        rows = []
        for name, tag, answer in (
            ("0001.png", "hat", Answer.NO),
            ("0001.png", "cap", Answer.YES),
            ("0002.png", "hat", Answer.NO),
            ("0003.png", "odd", Answer.YES),
        ):
            side = Side(int(ids[tag] in library.images.original_tags(files[name].id)))
            fields = ("v1", "me", 1_700_000_000_000)
            rows.append(Decision(files[name].id, ids[tag], answer, side, 0.5, 0.5, *fields))
        library.decisions.append(rows)
    site.known.add("cap")
    site.somebody("2", add="cap", remove="hat")
    settings = Settings(reviewer="me", refresh_every=0, window=(1280, 760))
    kept: list[Settings] = []
    runner = JobRunner()
    window = MainWindow(settings, kept.append, workspace_for, runner, Sample(tmp_path / "sample"))
    qtbot.addWidget(window)
    window.show()
    with serving(site) as url:
        window.open_collection(tmp_path / "workspace")
        assert window.review is not None
        place = Destination("home", "szurubooru", url, site.user, site="szurubooru")
        window.review.library.destinations.put(place)
        keep_key(place, site.key)
        qtbot.keyClick(window.review.page, Qt.Key.Key_B)
        page = window.side_pages.get("writeback")
        assert isinstance(page, WriteBackPage)
        yield Scene(window, page, site, window.review.library, runner)
        window.close()
    keyring.set_keyring(before)


def test_enter_asks_for_the_first_diff_and_a_training_does_not_keep_it_waiting(
    qtbot: QtBot, scene: Scene
) -> None:
    sheet, program = scene.page.sheet, scene.runner._program
    scene.runner._program = (sys.executable, "-c", "import sys; sys.stdin.read()")
    training = scene.runner.start("Train", ["train"])
    scene.runner._program = program
    scene.window.activateWindow()
    qtbot.waitUntil(scene.window.isActiveWindow)
    sheet.table.setFocus()
    scene.page.opened()
    assert scene.window.focusWidget() is sheet.nothing.button
    # Who looks for a list with the arrows still has the one thing to do under Enter.
    qtbot.keyClick(sheet.nothing.button, Qt.Key.Key_Down)
    assert scene.window.focusWidget() is sheet.nothing.button
    qtbot.keyClick(sheet.nothing.button, Qt.Key.Key_Return)
    assert not sheet.nothing.button.isEnabled()
    qtbot.waitUntil(scene.free)
    assert training.state is JobState.RUNNING
    assert "No diff was made yet" not in sheet.figures.text()
    scene.runner.cancel(training)
    qtbot.waitUntil(lambda: not scene.runner.busy)


def test_a_diff_that_was_sent_says_nothing_of_the_answers_since(qtbot: QtBot, scene: Scene) -> None:
    page, sheet = scene.page, scene.page.sheet
    page.acts["diff"]()
    qtbot.waitUntil(scene.free)
    assert not sheet.figures.text().startswith("The last diff was sent")
    page.acts["send"]()
    qtbot.waitUntil(scene.free)
    page.show_part(Part.DIFF)
    assert sheet.figures.text().startswith("The last diff was sent: ")
    assert "Nothing would change" in sheet.nothing.words
    assert not sheet.nothing.button.isVisible()
    known = scene.library.images.known_files()["0003.png"].id
    tag = scene.library.vocabulary().by_name["1girl"].id
    fields = ("v1", "me", 1_700_000_000_001)
    scene.library.decisions.append([Decision(known, tag, Answer.NO, Side.WRONG, 0.5, 0.5, *fields)])
    page.opened()
    assert "What would your answers change here?" in sheet.nothing.words
    assert sheet.nothing.button.isVisible()


def test_diff_send_states_and_undo(qtbot: QtBot, scene: Scene) -> None:
    page, sheet = scene.page, scene.page.sheet
    assert page.places.names == ["files", "home"]
    page.places.choose("home")
    assert "Nothing leaves before Send" in sheet.figures.text()
    assert not scene.can("send")
    qtbot.mouseClick(sheet.buttons["look"], Qt.MouseButton.LeftButton)
    assert not scene.can("look")
    qtbot.waitUntil(scene.free)
    assert scene.site.writes == 0
    assert scene.rows() == [
        ("0001.png", "+cap   \N{MINUS SIGN}hat", ""),
        ("0003.png", "+odd", "new tag"),
    ]
    # The second is as wanted there; the new tag waits for consent.
    assert sheet.model.ticked == ["0001.png"]
    assert scene.can("send")
    sheet.table.selectRow(0)
    qtbot.keyClick(sheet.table, Qt.Key.Key_Space)
    assert sheet.model.ticked == []
    assert page.preview.isVisible()
    assert page.preview.words == "0001.png\n+cap   \N{MINUS SIGN}hat"
    assert not scene.can("send")
    qtbot.keyClick(sheet.table, Qt.Key.Key_Space)
    assert scene.can("send")
    qtbot.mouseClick(sheet.buttons["send"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(scene.free)
    assert [job.message for job in scene.runner.jobs] == ["", ""]
    assert scene.site.posts["1"].tags == {"1girl", "cap"}
    assert scene.site.posts["3"].tags == {"1girl"}
    # What is over is shown by itself.
    assert [row[::2] for row in scene.rows()] == [("0001.png", "done")]
    page.show_part(Part.DIFF)
    assert [row[0] for row in scene.rows()] == ["0003.png"]
    page.show_part(Part.DONE)
    qtbot.mouseClick(sheet.buttons["undo"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(scene.free)
    assert scene.site.posts["1"].tags == {"1girl", "hat"}
    assert not scene.can("undo")


def test_answers_since_the_diff_close_send(qtbot: QtBot, scene: Scene) -> None:
    page = scene.page
    page.places.choose("files")
    qtbot.mouseClick(page.sheet.buttons["diff"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(scene.free)
    assert scene.can("send")
    row = Decision(3, 1, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1_700_000_000_001)
    scene.library.decisions.append([row])
    page.refresh()
    assert not scene.can("send")
    assert "show it again" in page.sheet.said.text()


def test_what_is_about_posts_is_not_offered_for_files(scene: Scene) -> None:
    sheet = scene.page.sheet
    scene.page.places.choose("files")
    assert not sheet.buttons["look"].isVisible()
    assert not sheet.new_tags.isVisible()
    scene.page.places.choose("home")
    assert sheet.buttons["look"].isVisible()
    assert sheet.new_tags.isVisible()


def test_a_destination_is_set_up_on_the_page(qtbot: QtBot, scene: Scene) -> None:
    page, form = scene.page, scene.page.form
    page.places.add_wanted.emit()
    assert form.isVisible()
    form.kind.setCurrentIndex(form.kind.findData("szurubooru"))
    form.name.setText("other")
    form.url.setText("http://example.org")
    form.user.setText("me")
    form.key.setText("a secret")
    qtbot.keyClick(form.key, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not form.isVisible())
    assert page.places.names == ["files", "home", "other"]
    assert form.key.text() == ""
    assert keyring.get_password("tag-reviewer", "szurubooru http://example.org me") == "a secret"
    # In the clear over the internet is refused, before anything is sent.
    page.acts["look"]()
    qtbot.waitUntil(lambda: page.jobs.of("other") is None)
    assert "never sent in the clear" in page.sheet.said.text()
    page.places.add_wanted.emit()
    form.kind.setCurrentIndex(form.kind.findData("danbooru"))
    form.name.setText("d")
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    assert form.isVisible()
    qtbot.keyClick(form.name, Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert page.isVisible()
    qtbot.keyClick(page.sheet.table, Qt.Key.Key_B)
    assert not page.isVisible()


def test_the_jobs_page_leads_here(qtbot: QtBot, scene: Scene) -> None:
    scene.page.closed.emit()
    assert scene.window.review is not None
    qtbot.keyClick(scene.window.review.page, Qt.Key.Key_J)
    assert scene.window.page is scene.window.jobs_page
    scene.window.jobs_page.write_back_wanted.emit()
    assert scene.window.page is scene.page
    qtbot.keyClick(scene.page.sheet.table, Qt.Key.Key_Escape)
    assert scene.window.page is scene.window.review.page


def test_the_rules_of_a_public_site_stand_above_its_diff() -> None:
    place = Destination("d", "danbooru", "https://danbooru.donmai.us", "me", daily_cap=900)
    words = rules_of(place, policy_of(place))
    assert words.startswith("Danbooru  https://danbooru.donmai.us\n")
    assert "Each image is ticked by itself." in words
    assert "At most 200 edits in 24 hours." in words
    approved = replace(place, approved_by="A Janitor, forum 12", paused=True)
    words = rules_of(approved, policy_of(approved))
    assert "At most 900 edits" in words
    assert "ticked by itself" not in words
    assert words.endswith("Batches were approved by A Janitor, forum 12. It is paused.")


class _AskingKeyring(FileKeyring):
    """A keyring that is locked until somebody opens it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = threading.Event()
        self.asked_in = ""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.asked_in = threading.current_thread().name
        assert self.opened.wait(120)
        super().set_password(service, username, password)


def test_a_locked_keyring_does_not_hold_the_window_up(qtbot: QtBot, scene: Scene) -> None:
    asking = _AskingKeyring()
    keyring.set_keyring(asking)
    page, form = scene.page, scene.page.form
    page.places.add_wanted.emit()
    form.kind.setCurrentIndex(form.kind.findData("szurubooru"))
    form.name.setText("slow")
    form.url.setText("http://127.0.0.1:9")
    form.user.setText("me")
    form.key.setText("a secret")
    qtbot.keyClick(form.key, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asking.asked_in))
    assert asking.asked_in != threading.main_thread().name
    assert form.isVisible()
    assert "slow" not in page.places.names
    asking.opened.set()
    qtbot.waitUntil(lambda: not form.isVisible())
    assert "slow" in page.places.names


def test_a_server_whose_tags_were_taken_is_asked_again(qtbot: QtBot, scene: Scene):
    scene.page.places.choose("home")
    button = scene.page.sheet.buttons["pull"]
    # These tags come from files: one click must not exchange them for a server's.
    assert not button.isVisible()
    scene.library.state.set("source", "pulled:home")
    scene.page.places.choose("files")
    assert not button.isVisible()
    scene.page.places.choose("home")
    assert button.isVisible()
    button.click()
    job = scene.runner.jobs[-1]
    assert job.command[:2] == ("open", "--no-window")
    assert job.command[3:5] == ("--pull", "home")
    qtbot.waitUntil(lambda: bool(scene.site.requests))
    scene.runner.cancel(job)
    qtbot.waitUntil(lambda: not scene.runner.busy)
    assert scene.site.writes == 0


def test_the_page_begins_where_the_tags_came_from(scene: Scene):
    assert where_from(scene.library) == "files"
    scene.library.state.set("source", "pulled:home")
    assert where_from(scene.library) == "home"
    scene.library.state.set("source", "pulled:gone")
    assert where_from(scene.library) == "files"
