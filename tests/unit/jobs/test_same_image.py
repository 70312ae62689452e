"""Files that change their names or contents between imports: answers stay with the pictures."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reviewer.core.types import Answer, Decision, ImageState, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.images import ImageRow
from reviewer.store.library import Library
from reviewer.store.scans import ROW, ScanShape, digest_of
from reviewer.store.versions import VersionInfo, VersionState
from tests.unit.jobs.test_importing import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMES = ("0.png", "1.png", "2.png", "3.png")


def paint(path: Path, number: int, *, suffix: str = "PNG", scale: int = 1) -> None:
    """A picture of blocks, which no other number has anything in common with."""
    blocks = np.random.default_rng(number).integers(0, 255, (8, 9, 3), dtype=np.uint8)
    side = 12 * scale
    Image.fromarray(np.kron(blocks, np.ones((side, side, 1), np.uint8))).save(path, suffix)


@pytest.fixture
def collection(tmp_path: Path) -> Iterator[Library]:
    """Four pictures that were scanned, each answered with a tag of its own number."""
    with begun(tmp_path) as library:
        yield library


@contextmanager
def begun(place: Path) -> Iterator[Library]:
    folder = place / "images"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        paint(folder / name, number)
        (folder / name).with_suffix(".txt").write_text("cat, dog")
    with Library.create(place / "workspace", folder) as library:
        import_folder(library, Silent())
        scanned(library)
        tags = library.tags.add({f"picture_{number}": None for number in range(len(NAMES))})
        for image_id, name, _ in library.images.askable():
            tag = tags[f"picture_{name[0]}"]
            library.decisions.append(
                [Decision(image_id, tag, Answer.YES, Side.MISSING, 0.5, 0.5, "v1", "me", 1)]
            )
        yield library


def scanned(library: Library) -> None:
    """What a scan keeps of each picture: its hash above all."""
    from model.images import difference_hash

    images = library.images.askable()
    library.versions.put(VersionInfo("v1", VersionState.ACTIVE, 1))
    rows = np.zeros(len(images), ROW)
    for row, (image_id, name, sha256) in zip(rows, images, strict=True):
        picture = Image.open(library.folder / name).convert("RGB")
        row["image"], row["digest"] = image_id, digest_of(sha256)
        row["hash"] = difference_hash(np.asarray(picture))
    files = library.begin_scan(ScanShape("v1", (1,), 2))
    files.append(rows, np.zeros((len(rows), 2), np.float16), np.zeros((len(rows), 1), np.float32))


def said_of(library: Library) -> dict[str, set[str]]:
    """The tags that were answered with Yes, by the path of the image; of those that are there."""
    vocabulary = library.vocabulary()
    return {
        image.path: {vocabulary.name(tag) for tag in library.decisions.answers(image.id)}
        for image, _ in library.images.rows()
        if image.state is ImageState.OK
    }


def lay_out(library: Library, wanted: Mapping[str, int]) -> None:
    """Makes the folder hold these pictures, by number, under these names."""
    for path in library.folder.iterdir():
        path.unlink()
    for name, number in wanted.items():
        paint(library.folder / name, number)


def test_files_that_are_numbered_anew_keep_the_answers_of_their_pictures(
    collection: Library,
) -> None:
    """The first is deleted and each other takes the name before it, as renaming tools do."""
    lay_out(collection, {"0.png": 1, "1.png": 2, "2.png": 3})
    summary = import_folder(collection, Silent()).summary
    assert (summary["moved"], summary["new"], summary["replaced"]) == (3, 0, 1)
    assert said_of(collection) == {
        "0.png": {"picture_1"},
        "1.png": {"picture_2"},
        "2.png": {"picture_3"},
    }


def test_two_files_that_changed_their_names_with_each_other(collection: Library) -> None:
    lay_out(collection, {"0.png": 1, "1.png": 0, "2.png": 2, "3.png": 3})
    summary = import_folder(collection, Silent()).summary
    assert (summary["moved"], summary["new"], summary["replaced"]) == (2, 0, 0)
    assert said_of(collection)["0.png"] == {"picture_1"}
    assert said_of(collection)["1.png"] == {"picture_0"}


def test_another_picture_under_the_same_name_has_no_answers(collection: Library) -> None:
    paint(collection.folder / "2.png", 77)
    heard = Heard()
    summary = import_folder(collection, heard).summary
    assert (summary["new"], summary["replaced"], summary["gone"]) == (1, 1, 0)
    assert said_of(collection)["2.png"] == set()
    assert any(note.startswith("1 files show other pictures than before") for note in heard.notes)
    gone = [image for image, _ in collection.images.rows() if image.state is ImageState.GONE]
    assert [image.path.split(" (")[0] for image in gone] == ["2.png"]


def test_the_first_picture_comes_back_with_its_answers(collection: Library) -> None:
    paint(collection.folder / "2.png", 77)
    import_folder(collection, Silent())
    paint(collection.folder / "2.png", 2)
    import_folder(collection, Silent())
    assert said_of(collection)["2.png"] == {"picture_2"}
    assert collection.images.counts() == {"ok": 4, "gone": 1, "set aside": 0}


@pytest.mark.parametrize(("suffix", "scale"), [("JPEG", 1), ("PNG", 2), ("WEBP", 1)])
def test_a_picture_that_is_saved_again_keeps_its_answers(
    collection: Library, suffix: str, scale: int
) -> None:
    paint(collection.folder / "1.png", 1, suffix=suffix, scale=scale)
    summary = import_folder(collection, Silent()).summary
    assert (summary["changed"], summary["new"], summary["replaced"]) == (1, 0, 0)
    assert said_of(collection)["1.png"] == {"picture_1"}


def test_a_picture_that_no_scan_saw_keeps_its_answers_while_its_shape_is_the_same(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    paint(folder / "0.png", 0)
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        paint(folder / "0.png", 0, suffix="JPEG")
        assert import_folder(library, Silent()).summary["replaced"] == 0
        Image.new("RGB", (30, 90), (9, 9, 9)).save(folder / "0.png")
        assert import_folder(library, Silent()).summary["replaced"] == 1


def test_a_copy_of_a_file_is_an_image_of_its_own(collection: Library) -> None:
    shutil.copy(collection.folder / "0.png", collection.folder / "copy.png")
    summary = import_folder(collection, Silent()).summary
    assert (summary["new"], summary["moved"], summary["unchanged"]) == (1, 0, 4)
    assert said_of(collection)["copy.png"] == set()


def test_what_a_kill_left_in_the_middle_of_renaming_is_mended(collection: Library) -> None:
    """One image has its new name already; the one that had it before is not written yet."""
    lay_out(collection, {"1.png": 0, "2.png": 1, "3.png": 2, "4.png": 3})
    known = collection.images.known_files()
    first = collection.images.get(known["0.png"].id)
    renamed = replace(first, path="1.png")
    collection.images.write([ImageRow(first.id, renamed, 1, frozenset())])
    assert len(collection.images.known_files()) == len(NAMES)
    import_folder(collection, Silent())
    expected = {f"{number + 1}.png": {f"picture_{number}"} for number in range(len(NAMES))}
    assert said_of(collection) == expected
    assert collection.images.counts() == {"ok": 4, "gone": 0, "set aside": 0}


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["0.png", "1.png", "2.png", "3.png", "4.png", "in.png"]),
            st.integers(0, 6),
            min_size=1,
            max_size=6,
        ).filter(lambda names: len(set(names.values())) == len(names)),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=12)
def test_answers_stay_with_the_pictures_whatever_is_done_to_the_files(
    layouts: list[dict[str, int]],
) -> None:
    with TemporaryDirectory() as place, begun(Path(place)) as library:
        for layout in layouts:
            lay_out(library, layout)
            import_folder(library, Silent())
            assert said_of(library) == {
                name: {f"picture_{number}"} if number < len(NAMES) else set()
                for name, number in layout.items()
            }
