from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from reviewer.core.choices.faces import Box
from reviewer.core.errors import SourceError, UsageError
from reviewer.core.types import Category
from reviewer.jobs.characters.crops import cut_out
from reviewer.jobs.characters.sets import take_faces
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.imports.post_import import import_posts
from reviewer.sample.cast_write import write_cast
from reviewer.store.library import Library
from tests.conftest import draw

if TYPE_CHECKING:
    from pathlib import Path

CHARACTERS, PICTURES, SIDE = 5, 60, 64


@pytest.fixture(scope="module")
def grapeot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grapeot") / "set"
    write_cast(folder, characters=CHARACTERS, pictures=PICTURES, seed=2, side=SIDE)
    return folder


@pytest.fixture(scope="module")
def dafre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dafre") / "set"
    write_cast(folder, characters=CHARACTERS, pictures=PICTURES, seed=2, side=SIDE, layout="dafre")
    return folder


def lines(folder: Path) -> list[tuple[str, int, list[float]]]:
    rows = [line.split("\t") for line in (folder / "faces.tsv").read_text().splitlines()]
    return [(path, int(tag), [float(part) for part in box.split(",")]) for path, tag, box in rows]


def names(folder: Path) -> dict[int, str]:
    rows = [line.split("\t") for line in (folder / "tagIds.tsv").read_text().splitlines()]
    return {int(number): name for name, number in rows}


def test_grapeots_set_is_imported_with_exact_counts_and_boxes(
    grapeot: Path, tmp_path: Path
) -> None:
    written, named = lines(grapeot), names(grapeot)
    assert all("\\" in path for path, _, _ in written)
    sure = [entry for entry in written if entry[2][4] >= 0.85]
    assert 0 < len(sure) < len(written)
    with Library.create(tmp_path / "w", grapeot) as library:
        tagged = import_folder(library, Silent())
        assert tagged.summary["tag_instances"] == len(sure)
        found = take_faces(library, Silent()).summary
        each = Counter(tag for _, tag, _ in sure)
        assert found == {
            "set": "grapeot",
            "lines": PICTURES,
            "faces": PICTURES,
            "images": PICTURES,
            "characters": CHARACTERS,
            "missing": 0,
            "doubtful": PICTURES - len(sure),
            "outside": 0,
            "learnable_characters": sum(count >= 10 for count in each.values()),
            "learnable_faces": sum(count for count in each.values() if count >= 10),
        }
        tags = library.vocabulary()
        paths = {i: path for i, path, _ in library.images.askable()}
        kept = {
            paths[face.image_id]: (tags.name(face.tag_id or 0), face.box, face.confidence)
            for face in library.faces.askable()
        }
        assert kept == {
            path.replace("\\", "/"): (named[tag], Box(*map(int, box[:4])), box[4])
            for path, tag, box in written
        }
        assert {tags.tags[t].category for t in tags.tags} == {Category.CHARACTER}


def test_dafres_own_ids_and_split_are_taken(grapeot: Path, dafre: Path, tmp_path: Path) -> None:
    labels = dafre / "labels"
    written = {
        part: (labels / f"{part}.csv").read_text().splitlines() for part in ("train", "val", "test")
    }
    classes = dict(
        line.split(",") for line in (labels / "classid_classname.csv").read_text().splitlines()
    )
    others = {name: str(number) for number, name in names(grapeot).items()}
    assert any(others[name] != number for number, name in classes.items())
    with Library.create(tmp_path / "w", dafre) as library:
        import_folder(library, Silent())
        tags = library.vocabulary()
        paths = {i: path for i, path, _ in library.images.askable()}
        kept = {
            (face.split, tags.name(face.tag_id or 0), paths[face.image_id], face.box)
            for face in library.faces.askable()
        }
    assert kept == {
        (part, classes[number], f"faces/{path}", None)
        for part, rows in written.items()
        for number, path in (row.split(",") for row in rows)
    }
    total = sum(map(len, written.values()))
    assert [round(len(written[part]) / total, 1) for part in written] == [0.7, 0.1, 0.2]


def test_reading_again_replaces_and_keeps_what_another_source_found(
    grapeot: Path, tmp_path: Path
) -> None:
    with Library.create(tmp_path / "w", grapeot) as library:
        import_folder(library, Silent())
        library.faces.put([next(iter(library.faces.askable()))])
        take_faces(library, Silent())
        take_faces(library, Silent())
        assert library.faces.sources() == {"grapeot": PICTURES}


def test_labels_beside_other_images_are_read_from_their_own_folder(
    grapeot: Path, tmp_path: Path
) -> None:
    first = lines(grapeot)[0][0].split("\\")[1]
    draw(tmp_path / "images" / "flat" / first, 1, (SIDE, SIDE))
    draw(tmp_path / "images" / "other.png", 2)
    with Library.create(tmp_path / "w", tmp_path / "images") as library:
        import_folder(library, Silent())
        with pytest.raises(UsageError, match="holds no set of faces"):
            take_faces(library, Silent())
        found = take_faces(library, Silent(), grapeot).summary
        assert (found["faces"], found["missing"]) == (1, PICTURES - 1)
        (image_id,) = {face.image_id for face in library.faces.askable()}
        # The box is kept; what the image's own metadata say stays as it was.
        assert library.images.original_tags(image_id) == frozenset()


def test_a_box_outside_its_image_is_counted_and_one_over_the_edge_is_cut(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        draw(tmp_path / f"{number}.png", number, (40, 30))
    (tmp_path / "tagIds.tsv").write_text('qu"ote\t7\n')
    (tmp_path / "faces.tsv").write_text(
        "1.png\t7\t-5,2,50,20,0.9\n2.png\t7\t50,50,60,60,0.9\n3.png\t7\t20,20,10,10,0.9\n"
    )
    with Library.create(tmp_path / "w", tmp_path) as library:
        import_folder(library, Silent())
        found = take_faces(library, Silent()).summary
        assert (found["lines"], found["faces"], found["outside"]) == (3, 1, 2)
        (face,) = library.faces.askable()
        assert face.box == Box(0, 2, 40, 20)
        assert library.vocabulary().name(face.tag_id or 0) == 'qu"ote'


def test_boxes_on_images_that_no_import_opened_are_kept_and_cut_out_later(tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    posts = []
    for number in (1001, 1002):
        # Red on the left, where the head is; green beside it.
        picture = Image.new("RGB", (60, 40), (0, 200, 0))
        picture.paste((220, 0, 0), (0, 0, 20, 40))
        (folder / f"{number % 1000:04}").mkdir(parents=True)
        picture.save(folder / f"{number % 1000:04}" / f"{number}.png")
        tags = {"tag_string": "solo", "tag_string_general": "solo"}
        posts.append(json.dumps({"id": number, "rating": "s", **tags}))
    (folder / "posts.jsonl").write_text("\n".join(posts))
    (folder / "tagIds.tsv").write_text("anna\t7\n")
    boxes = "0001\\1001.png\t7\t2,2,18,18,0.9\n0002\\1002.png\t7\t9,9,4,4,0.9\n"
    (folder / "faces.tsv").write_text(boxes)
    with Library.create(tmp_path / "w", folder) as library:
        import_posts(library, Silent())
        found = take_faces(library, Silent()).summary
        assert (found["faces"], found["outside"]) == (1, 1)
        (face,) = library.faces.askable()
        assert face.box == Box(2, 2, 18, 18)
        crops = cut_out(library, Silent(), [face], 16)
        red, green, _ = crops.pixels[0].reshape(-1, 3).mean(axis=0)
        assert red > 150
        assert green < 50


@pytest.mark.parametrize("confidence", ["nan", "1.5", "-0.1", "x"])
def test_a_confidence_that_is_none_is_named_with_its_line(tmp_path: Path, confidence: str) -> None:
    draw(tmp_path / "1.png", 1)
    (tmp_path / "tagIds.tsv").write_text("a\t1\n")
    (tmp_path / "faces.tsv").write_text(f"1.png\t1\t0,0,9,9,{confidence}\n")
    with (
        Library.create(tmp_path / "w", tmp_path) as library,
        pytest.raises(SourceError, match=r"faces\.tsv, line 1"),
    ):
        import_folder(library, Silent())


def test_grapeots_split_files_tell_what_a_face_is_for(grapeot: Path, tmp_path: Path) -> None:
    stems = [path.split("\\")[1].removesuffix(".jpg") for path, _, _ in lines(grapeot)]
    place = tmp_path / "labels"
    place.mkdir()
    for name in ("faces.tsv", "tagIds.tsv"):
        (place / name).write_bytes((grapeot / name).read_bytes())
    (place / "trainSplit.tsv").write_text("".join(f"{s}\n" for s in stems[:40]))
    (place / "testSplit.tsv").write_text("".join(f"{s}\n" for s in stems[40:50]))
    with Library.create(tmp_path / "w", grapeot) as library:
        import_folder(library, Silent())
        take_faces(library, Silent(), place)
        splits = Counter(face.split for face in library.faces.askable())
    assert splits == {"train": 40, "test": 10, "": 10}
