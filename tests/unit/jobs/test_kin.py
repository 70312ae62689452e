"""Artists and sets, and the order of fixes a minute, on a real collection."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from PIL import Image

from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.labels import gather_labels
from reviewer.jobs.questions.kin import kin_of
from reviewer.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

TAGS = {
    "a/1.png": "cat ann",
    "a/2.png": "cat",
    "a/3.png": "dog ann",
    "b/1.png": "dog",
    "b/2.png": "dog bob",
    "5.png": "cat",
}


def imported(place: Path, categories: str) -> list[int] | None:
    """Kin of the images in the order of their paths."""
    folder = place / "images"
    for name in TAGS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (len(name) * 9 % 256, ord(name[0]), ord(name[-5]))).save(
            folder / name
        )
    with (folder / "tags.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("relative_path", "tags"), *TAGS.items()])
    (folder / "tag_list.csv").write_text(categories, encoding="utf-8")
    with Library.create(place / "workspace", folder) as library:
        import_folder(library, Silent())
        paths = {path: image for image, path, _ in library.images.askable()}
        images = sorted(paths.values())
        vocabulary = library.vocabulary()
        kin = kin_of(library, gather_labels(library, images, vocabulary), vocabulary)
        return None if kin is None else [int(kin[images.index(paths[name])]) for name in TAGS]


def test_images_of_an_artist_or_of_a_small_folder_are_kin(tmp_path: Path) -> None:
    kin = imported(tmp_path, "ann,1,2,\nbob,1,1,\ncat,0,3,\n")
    assert kin is not None
    ann, a, ann_again, b, bob, alone = kin
    assert ann == ann_again >= 0
    assert len({ann, a, b, bob}) == 4
    assert alone == -1
