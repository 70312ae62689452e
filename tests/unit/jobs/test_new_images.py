"""Tags proposed for new images: from a collection that knows to questions, and no further."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from reviewer.core.errors import UsageError
from reviewer.core.review.session import ReviewSession
from reviewer.core.statistics import wilson
from reviewer.core.types import Answer, Decision
from reviewer.jobs.auditing import draw_audit
from reviewer.jobs.changes import corrected_images
from reviewer.jobs.context import Silent
from reviewer.jobs.learning.training import TrainChoices
from reviewer.jobs.pipeline import prepare, refresh_and_rank
from reviewer.jobs.proposals.floors import find_floors
from reviewer.jobs.proposals.new_images import propose, rank_proposals
from reviewer.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Truth = dict[str, frozenset[str]]

KNOWN, NEW, LEVEL = 400, 80, 0.7
CHOICES = TrainChoices(epochs=6, minimum=10, input_size=32, batch_size=32, device="cpu")


def draw_shapes(folder: Path, count: int, seed: int) -> Truth:
    """Circles and squares, red and blue."""
    rng = random.Random(seed)
    folder.mkdir(parents=True)
    truth: Truth = {}
    for number in range(count):
        round_, red = rng.random() < 0.5, rng.random() < 0.4
        x, y = rng.randrange(4, 14), rng.randrange(4, 14)
        picture = Image.new("RGB", (48, 48), tuple(rng.randrange(180, 256) for _ in range(3)))
        pen = ImageDraw.Draw(picture)
        colour = (rng.randrange(180, 250), 40, 40) if red else (40, 60, rng.randrange(180, 250))
        size = rng.randrange(20, 30)
        (pen.ellipse if round_ else pen.rectangle)((x, y, x + size, y + size), fill=colour)
        name = f"{number:04}.png"
        picture.save(folder / name)
        truth[name] = frozenset({"circle" if round_ else "square", "red" if red else "blue"})
    return truth


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with a twentieth of the tags missing, trained; an audit is answered."""
    place = tmp_path_factory.mktemp("known")
    truth = draw_shapes(place / "images", KNOWN, 3)
    rng = random.Random(4)
    lines = [
        f"{name},{' '.join(t for t in sorted(tags) if rng.random() > 0.05)}"
        for name, tags in truth.items()
    ]
    (place / "images" / "tags.csv").write_text("\n".join(["relative_path,tags", *lines]) + "\n")
    with Library.create(place / "workspace", place / "images") as library:
        prepare(library, Silent(), CHOICES)
        draw_audit(library, Silent(), size=500, seed=1)
        audit = library.audits.current()
        assert audit is not None
        vocabulary = library.vocabulary()
        for asked in library.audits.open_questions(audit):
            shown = vocabulary.name(asked.tag_id) in truth[library.images.get(asked.image_id).path]
            library.decisions.append(
                [
                    Decision(
                        asked.image_id,
                        asked.tag_id,
                        Answer(int(shown)),
                        asked.side,
                        asked.score,
                        asked.suspicion,
                        asked.version,
                        "me",
                        1,
                        origin=asked.origin,
                    )
                ]
            )
    return place


@pytest.fixture
def proposed(known: Path, tmp_path: Path) -> Iterator[tuple[Library, Truth]]:
    """New images with their proposals, and the truth."""
    truth = draw_shapes(tmp_path / "new", NEW, 9)
    with (
        Library.open(known / "workspace") as library,
        Library.create(tmp_path / "workspace", tmp_path / "new") as new,
    ):
        ask(library, new)
        yield new, truth


def ask(library: Library, new: Library) -> None:
    found = find_floors(library, Silent(), level=LEVEL)
    propose(library, new, Silent(), found, device="cpu")


def right(library: Library, truth: Truth) -> np.ndarray:
    ranking, vocabulary = library.rankings.load(), library.vocabulary()
    tags = np.repeat(ranking.tags, np.diff(ranking.offsets))
    return np.array(
        [
            vocabulary.name(int(tag)) in truth[library.images.get(int(image)).path]
            for image, tag in zip(ranking.images, tags, strict=True)
        ]
    )


def test_proposals_reach_the_precision_that_was_asked_for_and_write_nothing(
    proposed: tuple[Library, Truth],
) -> None:
    library, truth = proposed
    found = right(library, truth)
    assert len(found) >= NEW / 2
    assert wilson(int(found.sum()), len(found)).high >= LEVEL
    assert found.mean() >= LEVEL
    assert library.decisions.total() == 0
    assert all(not entry.added for entry in corrected_images(library))


def test_a_person_answers_them_and_a_refresh_keeps_the_others(
    proposed: tuple[Library, Truth],
) -> None:
    library, _ = proposed
    before = len(library.rankings.load())
    session = ReviewSession(
        library.decisions, library.images, library.vocabulary(), library.rankings.load()
    )
    for answer in (Answer.YES, Answer.NO, Answer.UNSURE):
        session.answer(answer)
    refresh_and_rank(library, Silent(), minimum=20)
    assert len(library.rankings.load()) == before - 3
    assert sum(len(entry.added) for entry in corrected_images(library)) == 1
    rank_proposals(library, Silent())
    assert len(library.rankings.load()) == before - 3


def test_proposing_again_takes_in_new_images_and_borrows_the_tagger_once(
    proposed: tuple[Library, Truth], known: Path
) -> None:
    new, _ = proposed
    before = len(new.rankings.load())
    draw_shapes(new.folder / "more", 10, 11)
    with Library.open(known / "workspace") as library:
        ask(library, new)
    assert len(new.rankings.load()) > before
    assert [version.name for version in new.versions.all()] == ["v1"]


def test_without_answers_nothing_is_proposed(known: Path, tmp_path: Path) -> None:
    draw_shapes(tmp_path / "new", 12, 5)
    with Library.open(known / "workspace") as library:
        while library.decisions.undo_last("me"):
            pass
        try:
            with Library.create(tmp_path / "workspace", tmp_path / "new") as new:
                ask(library, new)
                assert len(new.rankings.load()) == 0
        finally:
            # The collection is shared: what was taken back is answered again, as it was.
            again = [d for d in library.decisions.log() if d.undoes is None]
            library.decisions.append(again)


def test_the_collection_itself_and_one_without_held_out_images_are_refused(
    known: Path, library: Library
) -> None:
    with Library.open(known / "workspace") as same, pytest.raises(UsageError, match="--from"):
        ask(same, same)
    with pytest.raises(UsageError, match="scan"):
        find_floors(library, Silent(), level=LEVEL)
