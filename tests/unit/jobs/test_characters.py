from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reviewer.core.choices.choice import chosen, none_of_them
from reviewer.core.choices.faces import Box, Face
from reviewer.core.errors import TaggerError, UsageError
from reviewer.core.labels import effective_tags
from reviewer.core.queues import Ranking
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.characters.crops import cut_out
from reviewer.jobs.characters.detecting import detect_heads
from reviewer.jobs.characters.faces import CHECK, FEW, LEARN, NOBODY, TEST, gather_faces
from reviewer.jobs.characters.questions import KIND, find_questions
from reviewer.jobs.characters.report import read_figures, report_lines, write_report
from reviewer.jobs.characters.training import (
    CharacterChoices,
    network_names,
    newest_network,
    train_and_measure,
)
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.figures import CHARACTERS, FigureFiles
from reviewer.store.library import Library
from tests.detectors import marked, save_finder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLOURS = {"ruby": (225, 40, 40), "azure": (40, 70, 225), "lemon": (235, 215, 50)}
EACH, RARE, UNKNOWN = 40, 8, 11
CHOICES = CharacterChoices(epochs=20, input_size=32, device="cpu")
SIDE = 64


def face_picture(rng: random.Random, colour: tuple[int, int, int]) -> tuple[Image.Image, Box]:
    """A grey picture with a coloured head somewhere, and where."""
    picture = Image.new("RGB", (SIDE, SIDE), (rng.randrange(100, 160),) * 3)
    left, top = rng.randrange(4, 26), rng.randrange(4, 26)
    box = Box(left, top, left + 30, top + 30)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((box.left, box.top, box.right, box.bottom), fill=colour)
    pen.ellipse((left + 8, top + 10, left + 12, top + 16), fill=(20, 20, 20))
    return picture, box


def write_faces(folder: Path) -> dict[str, str]:
    """A set in grapeot's layout; returns who is really in each picture.

    Three characters, one picture of each of which is named wrongly; one with too few; and
    pictures of the three that nobody names, their heads kept in `nobody.csv`.
    """
    rng = random.Random(4)
    truth, faces, nobody = {}, [], []
    ids = {name: number for number, name in enumerate([*COLOURS, "rare"], 31)}
    wanted = [name for name in COLOURS for _ in range(EACH)] + ["rare"] * RARE
    nameless = [*COLOURS] * 3 + ["rare"] * 2
    for number, name in enumerate(wanted + nameless, 100):
        picture, box = face_picture(rng, COLOURS.get(name, (60, 200, 90)))
        path = f"{number % 1000:04}/{number}.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        picture.save(folder / path)
        truth[path] = name
        told = name
        if number in (100, 100 + EACH, 100 + 2 * EACH):
            told = {"ruby": "azure", "azure": "lemon", "lemon": "ruby"}[name]
        if number < 100 + len(wanted):
            edges = ",".join(map(str, box))
            faces.append(f"{path.replace('/', chr(92))}\t{ids[told]}\t{edges},0.97\n")
        else:
            nobody.append((path, *box))
    (folder / "faces.tsv").write_text("".join(faces))
    (folder / "tagIds.tsv").write_text("".join(f"{name}\t{n}\n" for name, n in ids.items()))
    with (folder / "nobody.csv").open("w", newline="") as file:
        csv.writer(file).writerows(nobody)
    return truth


def take_nobody(library: Library, folder: Path) -> None:
    paths = {path: image_id for image_id, path, _ in library.images.askable()}
    with (folder / "nobody.csv").open(newline="") as file:
        rows = [(row[0], Box(*map(int, row[1:]))) for row in csv.reader(file)]
    library.faces.put([Face(paths[p], box, None, 0.95, "detector: test") for p, box in rows])


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with images and workspace, a network trained; copy it before changing it."""
    place = tmp_path_factory.mktemp("characters")
    truth = write_faces(place / "images")
    with Library.create(place / "workspace", place / "images") as library:
        import_folder(library, Silent())
        take_nobody(library, place / "images")
        train_and_measure(library, Silent(), CHOICES)
        find_questions(library, Silent(), device="cpu")
    return place, truth


@pytest.fixture
def library(trained: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(trained[0] / "workspace", tmp_path / "workspace")
    with Library.open(tmp_path / "workspace") as opened:
        yield opened


def who(library: Library) -> dict[int, str]:
    """Tag names by id."""
    return {tag_id: tag.name for tag_id, tag in library.vocabulary().tags.items()}


def paths_of(library: Library) -> dict[int, str]:
    return {image_id: path for image_id, path, _ in library.images.askable()}


def say(library: Library, image_id: int, tag: str, answer: Answer) -> None:
    tag_id = library.tags.ids()[tag]
    library.decisions.append(
        [Decision(image_id, tag_id, answer, Side.MISSING, 0.5, 0.5, "", "me", 1)]
    )


def test_faces_are_divided_by_character_and_stay_where_they_are(library: Library) -> None:
    found = gather_faces(library, seed=3)
    names = who(library)
    assert [names[tag_id] for tag_id in found.learnt.tolist()] == sorted(
        COLOURS, key=library.tags.ids().__getitem__
    )
    for tag_id in found.learnt.tolist():
        parts = Counter(found.parts[found.characters == tag_id].tolist())
        total = sum(parts.values())
        assert parts[LEARN] == round(0.7 * total)
        assert parts[LEARN] + parts[CHECK] == round(0.8 * total)
        assert parts[TEST] > 0
    assert int((found.parts == FEW).sum()) == RARE
    assert int((found.parts == NOBODY).sum()) == UNKNOWN
    assert np.array_equal(gather_faces(library, seed=3).parts, found.parts)
    assert not np.array_equal(gather_faces(library, seed=4).parts, found.parts)


def test_an_answer_on_one_image_moves_no_other_face(library: Library) -> None:
    before = gather_faces(library)
    place = int(np.flatnonzero(before.parts == LEARN)[0])
    image_id = before.faces[place].image_id
    name = who(library)[int(before.characters[place])]
    say(library, image_id, name, Answer.NO)
    after = gather_faces(library)
    assert after.characters[place] == -1
    assert after.parts[place] == NOBODY
    moved = np.flatnonzero(after.parts != before.parts)
    # The shares are rounded: one face less may move one over each border.
    assert place in moved
    assert len(moved) <= 3
    other = next(colour for colour in COLOURS if colour != name)
    say(library, image_id, other, Answer.YES)
    again = gather_faces(library)
    assert who(library)[int(again.characters[place])] == other
    assert again.confirmed[place]


def test_unsure_is_nobody(library: Library) -> None:
    found = gather_faces(library)
    face = found.faces[0]
    say(library, face.image_id, who(library)[int(found.characters[0])], Answer.UNSURE)
    assert gather_faces(library).characters[0] == -1


def test_a_face_below_the_floor_and_a_set_before_a_detector(library: Library) -> None:
    found = gather_faces(library)
    image_id = found.faces[0].image_id
    library.faces.put([Face(image_id, Box(1, 1, 9, 9), None, 0.99, "detector: other")])
    library.faces.put([Face(image_id, Box(2, 2, 9, 9), None, 0.5, "grapeot")])
    again = gather_faces(library)
    assert [f.source for f in again.faces if f.image_id == image_id] == ["grapeot"]
    assert again.doubtful >= 1


def test_two_faces_of_an_image_are_not_named_by_its_tag(library: Library) -> None:
    found = gather_faces(library)
    place = int(np.flatnonzero(found.parts == NOBODY)[0])
    image_id = found.faces[place].image_id
    say(library, image_id, "ruby", Answer.YES)
    assert gather_faces(library).characters[place] == library.tags.ids()["ruby"]
    library.faces.put([Face(image_id, Box(0, 0, 9, 9), None, 0.95, "detector: test")])
    pair = gather_faces(library)
    rows = [n for n, face in enumerate(pair.faces) if face.image_id == image_id]
    assert pair.characters[rows].tolist() == [-1, -1]
    assert not pair.alone[rows].any()


def test_without_any_heads_images_are_taken_whole(tmp_path: Path) -> None:
    for number in range(4):
        picture, _ = face_picture(random.Random(number), COLOURS["ruby"])
        (tmp_path / "images").mkdir(exist_ok=True)
        picture.save(tmp_path / "images" / f"{number}.png")
    (tmp_path / "images" / "tags.csv").write_text("relative_path,tags\n0.png,ruby\n1.png,ruby\n")
    (tmp_path / "images" / "tag_list.csv").write_text("ruby,4,2,\n")
    with Library.create(tmp_path / "w", tmp_path / "images") as library:
        import_folder(library, Silent())
        found = gather_faces(library, least=2)
        assert found.whole
        assert [face.box for face in found.faces] == [None] * 4
        assert found.characters.tolist() == [*found.learnt.tolist() * 2, -1, -1]
        crops = cut_out(library, Silent(), found.faces, 32)
        assert crops.parts.tolist() == [[0, 0, 1, 1]] * 4


def test_heads_are_cut_out_with_room_and_kept(library: Library) -> None:
    found = gather_faces(library)
    crops = cut_out(library, Silent(), found.faces, 40)
    assert crops.readable.all()
    for place in (0, 30, 60):
        box = found.faces[place].box
        assert box is not None
        assert crops.parts[place] == pytest.approx(np.array(box) / SIDE, abs=1e-6)
        # The head fills the middle of its crop, the grey room is round it.
        middle, corner = crops.pixels[place][26, 20], crops.pixels[place][0, 0]
        assert np.ptp(middle.astype(int)) > 60
        assert np.ptp(corner.astype(int)) < 30
    name = library.folder / library.images.get(found.faces[0].image_id).path
    moved = name.with_suffix(".moved")
    name.rename(moved)
    try:
        again = cut_out(library, Silent(), found.faces, 40)
    finally:
        moved.rename(name)
    assert again.readable.all()
    assert np.array_equal(again.pixels, crops.pixels)


def test_an_image_that_is_gone_is_left_out(library: Library) -> None:
    found = gather_faces(library)
    name = library.folder / library.images.get(found.faces[5].image_id).path
    moved = name.with_suffix(".moved")
    name.rename(moved)
    try:
        crops = cut_out(library, Silent(), found.faces, 24)
    finally:
        moved.rename(name)
    assert np.flatnonzero(~crops.readable).tolist() == [5]
    assert "not there any more" in crops.problems[found.faces[5].image_id]


def test_wrong_names_and_nobodys_faces_are_asked_with_the_truth_offered(
    library: Library, trained: tuple[Path, dict[str, str]]
) -> None:
    truth, names, paths = trained[1], who(library), paths_of(library)
    ranking = library.choices(KIND).load()
    nobody = [p for p in range(len(ranking)) if ranking.current[p] < 0]
    assert len(nobody) == UNKNOWN
    for place in range(len(ranking)):
        question = ranking.question(place, library.images.original_tags(int(ranking.images[place])))
        right = truth[paths[question.image_id]]
        # The rare one too: it was not learnt, and is told by the nearest prototype.
        assert names[question.choices[0].tag_id] == right
        assert question.box is not None
        assert question.alone
        if question.current is not None:
            assert names[question.current] != right
            assert question.current in question.original
    # What was learnt from is not asked about; the others that are named wrongly are.
    found = gather_faces(library)
    wrong = {
        face.image_id
        for face, tag, part in zip(found.faces, found.characters, found.parts, strict=True)
        if part in (CHECK, TEST) and names[int(tag)] != truth[paths[face.image_id]]
    }
    asked = {int(ranking.images[p]) for p in range(len(ranking)) if ranking.current[p] >= 0}
    assert wrong
    assert asked == wrong


def test_a_choice_is_stored_undone_and_believed(library: Library) -> None:
    names = library.tags.ids()
    ranking = library.choices(KIND).load()
    place = int(np.flatnonzero(ranking.current < 0)[0])
    question = ranking.question(place, frozenset())
    session = ReviewSession(
        library.decisions, library.images, library.vocabulary(), Ranking.empty(), reviewer="me"
    )
    tag_id = question.choices[0].tag_id
    stored = session.change(chosen(question, tag_id))
    assert [(d.tag_id, d.answer, d.origin) for d in stored] == [(tag_id, Answer.YES, Origin.CHOICE)]
    vocabulary = library.vocabulary()

    def tags() -> frozenset[int]:
        return effective_tags(
            library.images.original_tags(question.image_id),
            library.decisions.answers(question.image_id),
            vocabulary.implications,
        )

    assert tags() == {tag_id}
    # One face is who it is; nothing is said of the other characters.
    assert set(library.decisions.answers(question.image_id)) == {tag_id}
    assert set(names.values()) > {tag_id}
    found = gather_faces(library)
    row = next(n for n, f in enumerate(found.faces) if f.image_id == question.image_id)
    assert found.characters[row] == tag_id
    assert found.confirmed[row]
    find_questions(library, Silent(), device="cpu")
    assert question.image_id not in library.choices(KIND).load().images
    session.undo()
    assert tags() == frozenset()
    find_questions(library, Silent(), device="cpu")
    assert question.image_id in library.choices(KIND).load().images


def test_whom_a_person_denied_is_not_offered_again(library: Library) -> None:
    ranking = library.choices(KIND).load()
    question = ranking.question(0, frozenset())
    first = question.choices[0].tag_id
    say(library, question.image_id, who(library)[first], Answer.NO)
    find_questions(library, Silent(), device="cpu")
    again = library.choices(KIND).load()
    for place in np.flatnonzero(again.images == question.image_id).tolist():
        assert first not in again.tag_ids(place)


def test_none_of_these_denies_nobody_where_other_faces_are(library: Library) -> None:
    ranking = library.choices(KIND).load()
    question = ranking.question(0, frozenset())
    assert {answer for _, answer in none_of_them(question)} == {Answer.NO}
    beside = none_of_them(replace(question, alone=False))
    assert [answer for _, answer in beside] == [Answer.UNSURE]


def test_the_report_adds_up(library: Library, tmp_path: Path) -> None:
    found = read_figures(library)
    overall, _, few, _ = found.others
    assert found.network == "c1"
    assert sum(band.faces for band in found.bands) == overall.faces == found.tested
    assert sum(band.characters for band in found.bands) == overall.characters == len(COLOURS)
    assert overall.top1 is not None
    assert overall.top1 > 0.8
    assert few.faces == RARE
    text = "\n".join(report_lines(found))
    assert "20-49" in text
    assert found.naming.sentence in text
    write_report(found, tmp_path / "out")
    assert FigureFiles(tmp_path / "out").read(CHARACTERS) == found
    with (tmp_path / "out" / "characters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["character"] for row in rows] == [line.name for line in found.each]
    assert sum(int(row["tested"]) for row in rows) == found.tested


def test_too_few_characters_are_told_with_what_to_do(library: Library) -> None:
    with pytest.raises(UsageError, match=r"0 characters have 500 faces.*reviewer characters"):
        train_and_measure(library, Silent(), replace(CHOICES, least=500))


def test_without_a_network_the_command_is_named(tmp_path: Path) -> None:
    (tmp_path / "i").mkdir()
    with (
        Library.create(tmp_path / "w", tmp_path / "i") as library,
        pytest.raises(UsageError, match="reviewer characters train"),
    ):
        newest_network(library)


def test_only_the_last_networks_are_kept(library: Library) -> None:
    quick = replace(CHOICES, epochs=1)
    for _ in range(3):
        train_and_measure(library, Silent(), quick)
    assert network_names(library) == ["c2", "c3", "c4"]


# -- detectors ---------------------------------------------------------------------------------


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Library]:
    """Pictures with one head each, one without, and a file that is cut off in the middle."""
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        size = ((200, 100), (64, 64), (90, 240))[number]
        box = (20 + number, 30, 60 + number, 62)
        marked(size, box).save(folder / f"{number}.png")
    Image.new("RGB", (50, 50), "white").save(folder / "none.png")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        yield library


def test_heads_are_found_where_they_are(pictures: Library, tmp_path: Path) -> None:
    save_finder(tmp_path / "heads.onnx", side=128)
    done = detect_heads(pictures, Silent(), tmp_path / "heads.onnx").summary
    assert done == {"images": 4, "heads": 3, "without": 1, "unreadable": 0, "had_faces": 0}
    paths = paths_of(pictures)
    found = {paths[face.image_id]: face for face in pictures.faces.askable()}
    for number in range(3):
        face = found[f"{number}.png"]
        assert face.box == pytest.approx((20 + number, 30, 60 + number, 62), abs=3)
        assert (face.source, face.tag_id) == ("detector: heads", None)
        assert face.confidence == pytest.approx(0.95)


def test_looking_again_goes_on_or_begins_anew(pictures: Library, tmp_path: Path) -> None:
    save_finder(tmp_path / "heads.onnx")
    detect_heads(pictures, Silent(), tmp_path / "heads.onnx")
    assert detect_heads(pictures, Silent(), tmp_path / "heads.onnx").summary["images"] == 0
    marked((60, 60), (5, 5, 30, 30)).save(pictures.folder / "new.png")
    import_folder(pictures, Silent())
    assert detect_heads(pictures, Silent(), tmp_path / "heads.onnx").summary["images"] == 1
    whole = detect_heads(pictures, Silent(), tmp_path / "heads.onnx", again=True).summary
    assert (whole["images"], whole["heads"]) == (5, 4)
    assert pictures.faces.sources() == {"detector: heads": 4}


def test_faces_that_a_set_names_are_left_as_they_are(library: Library, tmp_path: Path) -> None:
    before = list(library.faces.askable())
    save_finder(tmp_path / "heads.onnx")
    done = detect_heads(library, Silent(), tmp_path / "heads.onnx").summary
    assert done["images"] == 0
    assert list(library.faces.askable()) == before


def test_a_broken_picture_is_set_aside_and_the_others_go_on(
    pictures: Library, tmp_path: Path
) -> None:
    save_finder(tmp_path / "heads.onnx")
    path = pictures.folder / "1.png"
    path.write_bytes(path.read_bytes()[:60])
    done = detect_heads(pictures, Silent(), tmp_path / "heads.onnx").summary
    assert (done["unreadable"], done["heads"]) == (1, 2)
    (problem,) = pictures.images.problems()
    assert "1.png" in problem[1]


def test_a_broken_detector_is_a_sentence(pictures: Library, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"junk")
    with pytest.raises(TaggerError, match=r"bad\.onnx"):
        detect_heads(pictures, Silent(), tmp_path / "bad.onnx")
    with pytest.raises(UsageError, match="There is no file"):
        detect_heads(pictures, Silent(), tmp_path / "gone.onnx")
