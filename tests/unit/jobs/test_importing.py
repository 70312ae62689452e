from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from reviewer.core.errors import SourceError
from reviewer.core.types import Answer, Decision, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from tests.conftest import Heard, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reviewer.core.types import Progress

    MakeFolder = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def opened(make_folder: MakeFolder, tmp_path: Path) -> Iterator[Library]:
    folder = make_folder({"a.png": "cat solo", "in/b.png": "cat", "c.jpg": ""})
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        yield library


def answer(library: Library, path: str, tag: str = "cat") -> None:
    by_path = {name: image_id for image_id, name, _ in library.images.askable()}
    tag_id = library.vocabulary().by_name[tag].id
    row = Decision(by_path[path], tag_id, Answer.NO, Side.WRONG, 0.5, 0.5, "v1", "me", 1)
    library.decisions.append([row])


def answers(library: Library, path: str) -> dict[int, Answer]:
    by_path = {name: row.id for name, row in library.images.known_files().items()}
    return dict(library.decisions.answers(by_path[path]))


def write_tags(folder: Path, tags: Mapping[str, str]) -> None:
    with (folder / "tags.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([["relative_path", "tags"], *tags.items()])


def test_counts_equal_the_files(opened: Library) -> None:
    assert opened.images.counts() == {"ok": 3, "gone": 0, "set aside": 0}
    assert set(opened.vocabulary().by_name) == {"cat", "solo"}
    image = opened.images.get(1)
    assert (image.path, image.width, image.height) == ("a.png", 48, 40)
    assert len(image.sha256) == 32


def test_importing_again_changes_nothing(opened: Library) -> None:
    before = list(opened.images.rows())
    summary = import_folder(opened, Silent()).summary
    assert (summary["unchanged"], summary["new"], summary["changed"]) == (3, 0, 0)
    assert list(opened.images.rows()) == before


def test_a_renamed_image_keeps_its_decisions(opened: Library) -> None:
    answer(opened, "a.png")
    given = answers(opened, "a.png")
    (opened.folder / "moved").mkdir()
    (opened.folder / "a.png").rename(opened.folder / "moved" / "renamed.png")
    summary = import_folder(opened, Silent()).summary
    assert (summary["moved"], summary["new"], summary["gone"]) == (1, 0, 0)
    assert answers(opened, "moved/renamed.png") == given != {}


def test_an_image_that_is_gone_and_comes_back_keeps_its_decisions(opened: Library) -> None:
    answer(opened, "a.png")
    given = answers(opened, "a.png")
    content = (opened.folder / "a.png").read_bytes()
    (opened.folder / "a.png").unlink()
    assert import_folder(opened, Silent()).summary["gone"] == 1
    assert opened.images.counts()["gone"] == 1
    (opened.folder / "a.png").write_bytes(content)
    import_folder(opened, Silent())
    assert opened.images.counts() == {"ok": 3, "gone": 0, "set aside": 0}
    assert answers(opened, "a.png") == given


def test_changed_tags_are_taken_and_decisions_kept(opened: Library) -> None:
    answer(opened, "a.png")
    write_tags(opened.folder, {"a.png": "cat hat", "in/b.png": "cat", "c.jpg": ""})
    summary = import_folder(opened, Silent()).summary
    assert (summary["changed"], summary["unchanged"]) == (1, 2)
    names = opened.vocabulary().by_name
    assert opened.images.original_tags(1) == {names["cat"].id, names["hat"].id}
    assert len(answers(opened, "a.png")) == 1


def test_broken_files_are_set_aside_counted_and_the_import_goes_on(opened: Library) -> None:
    (opened.folder / "empty.png").write_bytes(b"")
    (opened.folder / "text.jpg").write_text("this is no image")
    whole = (opened.folder / "c.jpg").read_bytes()
    (opened.folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    heard = Heard()
    summary = import_folder(opened, heard).summary
    assert summary["set_aside"] == 3
    assert opened.images.counts() == {"ok": 3, "gone": 0, "set aside": 3}
    assert dict(opened.images.problems())["empty.png"] == "the file is empty"
    assert any("3 files cannot be used and were set aside" in note for note in heard.notes)
    draw(opened.folder / "empty.png", 40)
    import_folder(opened, Silent())
    assert opened.images.counts() == {"ok": 4, "gone": 0, "set aside": 2}


def test_an_image_that_is_back_is_asked_again(opened: Library) -> None:
    """A disk that was away for a while must not cost an image for ever."""
    opened.images.set_aside(1, "a.png is not there any more.")
    import_folder(opened, Silent())
    assert opened.images.counts() == {"ok": 3, "gone": 0, "set aside": 0}


def test_images_that_only_the_metadata_name_are_told(opened: Library) -> None:
    write_tags(opened.folder, {"a.png": "cat", "nowhere.png": "dog"})
    heard = Heard()
    assert import_folder(opened, heard).summary["named_but_missing"] == 1
    assert any("nowhere.png" in note for note in heard.notes)


def test_the_folder_is_never_written(opened: Library) -> None:
    before = {path: path.stat().st_mtime_ns for path in opened.folder.rglob("*")}
    import_folder(opened, Silent())
    assert {path: path.stat().st_mtime_ns for path in opened.folder.rglob("*")} == before


def test_a_folder_without_images_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with (
        Library.create(tmp_path / "workspace", folder) as library,
        pytest.raises(SourceError, match="There are no images"),
    ):
        import_folder(library, Silent())


def test_a_first_import_has_all_images_and_tags_before_it_reads_a_file(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    folder = make_folder({"a.png": "cat solo", "in/b.png": "cat", "c.jpg": ""})
    (folder / "c.jpg").write_bytes(b"no picture")
    (folder / "in" / "b.png").write_bytes((folder / "in" / "b.png").read_bytes())
    seen: list[dict[str, tuple[bytes, int]]] = []
    with Library.create(tmp_path / "workspace", folder) as library:

        def begun() -> None:
            cat = library.vocabulary().by_name["cat"].id
            known = library.images.known_files()
            seen.append({name: (row.sha256, row.size) for name, row in known.items()})
            assert library.images.original_tags(known["in/b.png"].id) >= {cat}
            # The window found that this one cannot be shown.
            library.images.set_aside(known["c.jpg"].id, "it cannot be shown")

        summary = import_folder(library, Silent(), begun=begun).summary
        assert seen == [dict.fromkeys(["a.png", "c.jpg", "in/b.png"], (b"", 0))]
        assert (summary["new"], summary["changed"], summary["set_aside"]) == (3, 0, 1)
        after = library.images.known_files()
        assert all(len(row.sha256) == 32 and row.mtime_ns for row in after.values())
        assert library.images.counts() == {"ok": 2, "gone": 0, "set aside": 1}

        again = import_folder(library, Silent(), begun=begun).summary
        assert len(seen) == 1
        assert (again["new"], again["unchanged"]) == (0, 3)


def test_an_import_that_ended_before_the_files_were_read_goes_on(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    folder = make_folder({"a.png": "cat solo", "b.png": "cat"})

    def cut_off() -> None:
        raise SourceError("the window was closed")

    with Library.create(tmp_path / "workspace", folder) as library:
        with pytest.raises(SourceError):
            import_folder(library, Silent(), begun=cut_off)
        answer(library, "b.png")
        (folder / "b.png").rename(folder / "moved.png")
        write_tags(folder, {"a.png": "cat solo", "moved.png": "cat"})
        summary = import_folder(library, Silent()).summary
        assert (summary["new"], summary["gone"]) == (2, 1)
        # What was never read cannot be known again by its content; its answers stay with it.
        assert library.images.counts() == {"ok": 2, "gone": 1, "set aside": 0}
        assert len(answers(library, "b.png")) == 1


def test_videos_are_counted_and_left_out(opened: Library) -> None:
    for name in ("film.MP4", "in/clip.webm"):
        (opened.folder / name).write_bytes(b"moving")
    heard = Heard()
    assert import_folder(opened, heard).summary["images"] == 3
    assert any(note.startswith("2 videos are left out, for example") for note in heard.notes)


class Counts(Silent):
    """Keeps how far the reading of tags was, and of how many images."""

    def __init__(self) -> None:
        self.read: list[tuple[int, int]] = []

    def progress(self, progress: Progress) -> None:
        if progress.stage == "read":
            self.read.append((progress.done, progress.total))


@pytest.mark.parametrize(
    ("ending", "content", "format_name"),
    [(".txt", "cat, solo", "captions"), (".png.txt", "creator:me\nsolo", "hydrus")],
)
def test_the_reading_of_files_beside_images_is_counted(
    tmp_path: Path, ending: str, content: str, format_name: str
) -> None:
    folder = tmp_path / "images"
    for number in range(12):
        draw(folder / f"{number}.png", number)
        (folder / f"{number}{ending}").write_text(content, encoding="utf-8")
    heard = Counts()
    with Library.create(tmp_path / "workspace", folder) as library:
        assert import_folder(library, heard).summary["source"] == format_name
    assert heard.read[0] == (0, 0)
    assert heard.read[-1] == (12, 12)
