"""Captions that another program changed after their answers: nothing comes back quietly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reviewer.core.review.feed import Mode
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Decision, Origin, Side
from reviewer.jobs.changes import corrected_images
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.store.library import Library
from tests.conftest import draw
from tests.unit.jobs.test_importing import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def captions(tmp_path: Path) -> Iterator[Library]:
    """Two captioned images: `cat` and `dog` of the first were confirmed, `hat` of it denied."""
    folder = tmp_path / "images"
    for number in range(2):
        draw(folder / f"{number}.png", number)
        (folder / f"{number}.txt").write_text("cat, dog, hat" if number else "cat, dog")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        for tag, answer, side in (
            ("cat", Answer.YES, Side.WRONG),
            ("dog", Answer.YES, Side.WRONG),
            ("hat", Answer.NO, Side.MISSING),
        ):
            tag_id = library.vocabulary().by_name[tag].id
            row = Decision(1, tag_id, answer, side, 0.5, 0.5, "v1", "me", 1)
            library.decisions.append([row])
        yield library


def test_a_tag_that_was_taken_out_by_hand_is_asked_again(captions: Library) -> None:
    (captions.folder / "0.txt").write_text("dog, hat, tree")
    heard = Heard()
    summary = import_folder(captions, heard).summary
    assert summary["contradicted"] == 2
    assert any("somebody changed the tags since" in note for note in heard.notes)
    names = captions.vocabulary().by_name
    flagged = {question.tag_id: question for question in captions.flags.all()}
    assert set(flagged) == {names["cat"].id, names["hat"].id}
    assert flagged[names["cat"].id].side is Side.MISSING
    assert flagged[names["hat"].id].side is Side.WRONG
    assert {question.origin for question in flagged.values()} == {Origin.SETTLE}


def test_its_new_answer_is_the_one_that_counts(captions: Library) -> None:
    (captions.folder / "0.txt").write_text("dog")
    import_folder(captions, Silent())
    session = ReviewSession(
        captions.decisions,
        captions.images,
        captions.vocabulary(),
        captions.rankings.load(),
        reviewer="me",
    )
    session.feed.flagged.update((entry.pair, entry) for entry in captions.flags.all())
    assert session.enter(Mode.FLAGGED)
    assert session.current is not None
    assert session.current.pair == (1, captions.vocabulary().by_name["cat"].id)
    session.answer(Answer.NO)
    assert list(corrected_images(captions, changed_only=True)) == []


def test_what_nobody_touched_and_what_agrees_is_left_alone(captions: Library) -> None:
    (captions.folder / "0.txt").write_text("cat, dog, tree")
    (captions.folder / "1.txt").write_text("tree")
    assert import_folder(captions, Silent()).summary["contradicted"] == 0
    assert captions.flags.all() == []
