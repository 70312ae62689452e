from __future__ import annotations

import re
import shlex
import signal
from pathlib import Path

import click
import pytest

from reviewer import __version__
from reviewer import settings as settings_files
from reviewer.cli.commands import PLACES
from reviewer.cli.main import cli
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for
from tests.conftest import draw
from tests.unit.cli.conftest import can_lack_a_display, run, start

README = Path(__file__).parents[3] / "README.md"
COMMANDS = sorted(PLACES)
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
PROGRESS = {"event", "stage", "done", "total", "unit", "rate", "note"}


def test_the_readme_names_every_command() -> None:
    named = frozenset(re.findall(r"[\w-]+", README.read_text(encoding="utf-8")))
    assert [name for name in COMMANDS if name not in named] == []


def lines_of_help() -> list[tuple[str, ...]]:
    """Every command, those of groups under the group's name."""
    found: list[tuple[str, ...]] = []
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        below = sorted(command.commands) if isinstance(command, click.Group) else []
        found += [(name, other) for other in below] or [(name,)]
    return found


@pytest.mark.parametrize("words", lines_of_help(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    said = run(*words, "--help")
    assert said.code == 0
    assert f"Example: reviewer {' '.join(words)}" in said.out
    assert said.out == run(*words, "-h").out


def test_the_program_names_itself_and_its_commands() -> None:
    assert __version__ in run("--version").out
    text = run("--help").out
    assert "reviewer demo" in text
    assert all(f"\n  {name} " in text for name in COMMANDS)


def test_import_tells_what_it_found(folder: Path) -> None:
    said = run("import", folder)
    assert said.code == 0
    assert "images 3, new 3" in said.out
    assert "3 image files; tags from one tags.csv for all images." in said.err
    assert "unchanged 3" in run("import", folder).out


def test_sentences_stand_without_empty_lines_round_them(folder: Path) -> None:
    said = run("import", folder)
    assert "" not in (said.out + said.err).splitlines()
    assert run("status", folder / "nowhere").err.count("\n") == 1


def test_status_counts_images_tags_and_answers(imported: Path) -> None:
    (done,) = run("--json", "status", imported).events
    summary = done["summary"]
    assert done["event"] == "done"
    assert summary["folder"] == str(imported)
    counts = {name: summary[name] for name in ("images", "tags", "answers", "corrected_images")}
    assert counts == {"images": 3, "tags": 3, "answers": 1, "corrected_images": 1}
    assert (summary["version"], summary["questions"]) == ("none", 0)
    lines = [" ".join(line.split()) for line in run("status", imported).out.splitlines()]
    assert {"images 3", "answers 1", "corrected images 1", "version none"} <= {*lines}


def test_status_lists_what_was_set_aside(folder: Path) -> None:
    assert run("import", folder).code == 0
    assert "No file was set aside." in run("status", folder, "--problems").out
    (folder / "a.png").write_bytes(b"")
    run("import", folder)
    assert run("status", folder, "--problems").out == "a.png: the file is empty\n"


def test_a_command_without_a_folder_is_for_the_collection_imported_last(imported: Path) -> None:
    assert run("status").out == run("status", imported).out


def test_a_collection_whose_training_ended_early_is_the_one_opened_last(
    imported: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later"
    draw(later / "x.png", 1)
    assert run("open", later, "--no-window").code == 2
    assert run("status").out == run("status", later).out
    assert run("status").out != run("status", imported).out


def test_a_ranking_without_a_tagger_names_the_one_by_tags(imported: Path) -> None:
    said = run("rank", imported)
    assert said.code == 2
    assert "reviewer rank --tags-only" in said.err


def test_without_any_collection_the_remedy_is_named() -> None:
    said = run("status")
    assert said.code == 2
    assert "reviewer open ~/Pictures" in said.err


def test_a_folder_that_was_never_opened_is_named_with_the_remedy(folder: Path) -> None:
    said = run("status", folder)
    assert said.code == 2
    assert f"There is no collection of {folder} yet" in said.err
    assert f"reviewer open {shlex.quote(str(folder))}" in said.err


def test_an_unknown_workspace_is_named(tmp_path: Path) -> None:
    said = run("--json", "rank", "--workspace", tmp_path / "nothing")
    assert said.code == 2
    (error,) = said.events
    assert error["event"] == "error"
    assert error["exit_code"] == 2
    assert f"There is no collection in {tmp_path / 'nothing'}" in error["message"]
    assert not (tmp_path / "nothing").exists()


def test_a_folder_that_is_not_there_ends_with_one(tmp_path: Path) -> None:
    said = run("import", tmp_path / "nowhere")
    assert said.code == 1
    assert "There is no folder" in said.err


@pytest.mark.parametrize("name", ["scan", "rank", "refresh", "retrain"])
def test_a_step_before_its_time_names_the_one_that_is_missing(name: str, imported: Path) -> None:
    said = run(name, imported)
    assert said.code == 2
    assert "reviewer train" in said.err


def test_a_workspace_can_be_chosen_and_belongs_to_its_folder(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "kept here"
    assert run("import", folder, "--workspace", place).code == 0
    assert (place / "collection.db").exists()
    assert run("status", "--workspace", place).code == 0
    other = tmp_path / "other"
    draw(other / "x.png", 1)
    said = run("import", other, "--workspace", place)
    assert said.code == 2
    assert f"belongs to the images in {folder}" in said.err


def test_the_format_that_was_chosen_is_kept(folder: Path) -> None:
    (folder / "a.txt").write_text("bird, tree", encoding="utf-8")
    first = run("import", folder)
    assert "Not read: caption files beside the images (.txt)" in first.err
    assert "source captions" in run("import", folder, "--source", "captions").out
    again = run("import", folder)
    assert "source captions" in again.out
    assert "Not read" not in again.err
    said = run("import", folder, "--source", "danbooru")
    assert said.code == 1
    assert "does not hold Danbooru20xx metadata" in said.err


def test_export_needs_to_know_where_to(imported: Path) -> None:
    said = run("export", imported)
    assert said.code == 2
    assert "--to FOLDER, or --in-place" in said.err


def test_export_writes_the_chosen_formats_elsewhere(imported: Path, tmp_path: Path) -> None:
    target = tmp_path / "corrected"
    said = run("export", imported, "--to", target, "--format", "tags.csv")
    assert said.code == 0
    assert [path.name for path in target.iterdir()] == ["tags.csv"]
    assert "a.png,solo\n" in (target / "tags.csv").read_text(encoding="utf-8")
    inside = run("export", imported, "--to", imported / "out")
    assert inside.code == 2
    assert "is inside the folder of the images" in inside.err
    assert not (imported / "out").exists()


def test_export_in_place_asks_and_honours_no(imported: Path) -> None:
    before = (imported / "tags.csv").read_bytes()
    said = run("export", imported, "--in-place", text="n\n")
    assert said.code == 0
    assert "-a.png,cat solo" in said.out
    assert "+a.png,solo" in said.out
    assert "Write these 1 files?" in said.err
    assert (imported / "tags.csv").read_bytes() == before


def test_export_in_place_writes_after_yes_and_can_be_undone(imported: Path) -> None:
    before = (imported / "tags.csv").read_bytes()
    assert run("export", imported, "--in-place", text="y\n").code == 0
    assert b"a.png,solo" in (imported / "tags.csv").read_bytes()
    assert run("export", imported, "--in-place", "--yes").out == "Nothing would change.\n"
    assert run("export", imported, "--undo").code == 0
    assert (imported / "tags.csv").read_bytes() == before
    said = run("export", imported, "--undo")
    assert said.code == 2
    assert "There is no write-back to undo." in said.err


def test_a_program_is_never_asked_and_nothing_is_written(imported: Path) -> None:
    """Without an answer on standard input the diff is shown and the files stay."""
    before = (imported / "tags.csv").read_bytes()
    with start("--json", "export", imported, "--in-place") as process:
        out, _ = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "+a.png,solo" in out
    assert (imported / "tags.csv").read_bytes() == before


@can_lack_a_display
@pytest.mark.parametrize("words", [[], ["demo"], ["review"], ["open"]])
def test_without_a_display_the_window_names_what_works(
    words: list[str], imported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    named = [imported] if words in (["review"], ["open"]) else []
    said = run(*words, *named)
    assert said.code == 2
    assert "There is no display" in said.err
    assert "reviewer demo --simulate" in said.err


def test_the_second_job_on_a_collection_is_refused_with_three(imported: Path) -> None:
    with Library.open(workspace_for(imported)) as library, library.workspace.held("jobs"):
        for words in (["import"], ["train"], ["refresh"]):
            said = run("--json", *words, imported)
            assert said.code == 3
            assert said.events[-1]["exit_code"] == 3
            assert "being worked on by another job" in said.events[-1]["message"]
        assert run("status", imported).code == 0
    assert run("import", imported).code == 0


def test_corrections_are_written_while_another_job_works_but_by_one_program(imported: Path) -> None:
    words = ("export", imported, "--in-place", "--yes")
    with Library.open(workspace_for(imported)) as library, library.workspace.held("jobs"):
        with library.workspace.held("write-back"):
            refused = run(*words)
            assert refused.code == 3
            assert "written back by another program" in refused.err
            assert run("write-back", "diff", "files", imported).code == 3
        assert run("write-back", "diff", "files", imported).code == 0
        assert "1 files written" in run(*words).err
    assert "a.png,solo" in (imported / "tags.csv").read_text(encoding="utf-8")


def test_versions_are_listed_without_holding_the_collection(imported: Path) -> None:
    with Library.open(workspace_for(imported)) as library, library.workspace.held("jobs"):
        assert "There is no version yet" in run("versions", imported).out
    said = run("versions", imported, "--use", "v9")
    assert said.code == 2
    assert "v9" in said.err


def test_settings_that_cannot_be_read_do_not_undo_an_import(folder: Path) -> None:
    settings_files.settings_file().parent.mkdir(parents=True)
    settings_files.settings_file().write_text("reviewer = [", encoding="utf-8")
    said = run("import", folder)
    assert said.code == 0
    assert "images 3, new 3" in said.out
    assert "settings.toml cannot be read" in said.err
    assert run("status", folder).code == 0
    unnamed = run("status")
    assert unnamed.code == 1
    assert "Mend the file or delete it" in unnamed.err


def test_a_job_that_is_asked_to_end_says_so_and_goes_on_when_started_again(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(1500):
        draw(folder / f"{number:04}.png", number, (200, 150))
    with start("--json", "import", folder) as process:
        assert process.stdout is not None
        assert '"note"' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=300)
    if process.returncode == 0:
        pytest.skip("the import was done before it could be stopped")
    assert process.returncode == 130
    assert '"exit_code": 130' in out
    assert "Traceback" not in err
    assert run("import", folder).code == 0
    (done,) = run("--json", "status", folder).events
    assert done["summary"]["images"] == 1500
