"""Broken implications of a collection: found, asked, accepted as a batch, and told why."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from reviewer.cli.main import cli
from reviewer.core.queues import Ranking
from reviewer.core.review.acceptance import EVERY_TAG, Acceptance, Verdict
from reviewer.core.review.feed import Mode
from reviewer.core.review.session import ReviewSession
from reviewer.core.types import Answer, Origin, Side
from reviewer.jobs.context import Silent
from reviewer.jobs.imports.importing import import_folder
from reviewer.jobs.questions import implying
from reviewer.jobs.questions.implying import find_broken, find_broken_soon, rule_lines
from reviewer.store.library import Library
from reviewer.ui.implying import implied_by, implied_words, open_implied

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGES = 400


@pytest.fixture
def cats(tmp_path: Path) -> Iterator[Library]:
    """Cats that are not always called animals, and lawns that are nearly always green."""
    folder = tmp_path / "images"
    folder.mkdir()
    rng = np.random.default_rng(2)
    lines = ["relative_path,tags"]
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    for number in range(IMAGES):
        (folder / f"{number:03}.png").write_bytes(pixel)
        tags = {"solo"}
        if number % 4 == 0:
            tags |= {"cat"} | ({"animal"} if rng.random() < 0.3 else set())
        if number % 3 == 0:
            tags |= {"lawn"} | ({"green"} if rng.random() < 0.92 else set())
        if number % 7 == 0:
            tags |= {"animal"}
        if number % 2 == 0:
            tags |= {"green"}
        lines.append(f"{number:03}.png,{' '.join(sorted(tags))}")
    (folder / "tags.csv").write_text("\n".join(lines), encoding="utf-8")
    listed = "antecedent_name,consequent_name\ncat,animal\n"
    (folder / "implications.csv").write_text(listed, encoding="utf-8")
    with Library.create(tmp_path / "workspace", folder) as library:
        import_folder(library, Silent())
        yield library


def gaps(library: Library, child: str, parent: str) -> set[int]:
    """Images that have the one and lack the other."""
    vocabulary = library.vocabulary()
    one, other = (vocabulary.find(name) for name in (child, parent))
    assert one is not None
    assert other is not None
    images = [image_id for image_id, _, _ in library.images.askable()]
    tags = {image_id: library.images.original_tags(image_id) for image_id in images}
    return {image for image in images if one.id in tags[image] and other.id not in tags[image]}


def names(library: Library) -> dict[str, int]:
    return {tag.name: tag.id for tag in library.vocabulary().tags.values()}


def reviewing(library: Library) -> ReviewSession:
    session = ReviewSession(
        library.decisions, library.images, library.vocabulary(), Ranking.empty(), reviewer="n"
    )
    session.feed.lists.put(Mode.IMPLIED, open_implied(library))
    assert session.enter(Mode.IMPLIED)
    return session


def test_gaps_of_the_list_and_of_the_data_are_found(cats: Library) -> None:
    changes = find_broken(cats, Silent())
    broken = cats.implied.load()
    tag = names(cats)
    found = {(int(i), int(p)) for i, p in zip(broken.images, broken.parents, strict=True)}
    expected = {(image, tag["animal"]) for image in gaps(cats, "cat", "animal")}
    expected |= {(image, tag["green"]) for image in gaps(cats, "lawn", "green")}
    assert found == expected
    assert changes.summary["implied_tags_missing"] == len(expected) == len(broken)
    rules = {(rule.child, rule.parent): rule for rule in broken.rules}
    assert rules[tag["cat"], tag["animal"]].listed
    assert not rules[tag["lawn"], tag["green"]].listed
    assert rules[tag["cat"], tag["animal"]].images == IMAGES // 4
    assert any("cat implies animal" in line for line in rule_lines(broken.rules, cats.vocabulary()))


def test_they_are_asked_in_runs_and_an_answer_takes_them_out(cats: Library) -> None:
    find_broken(cats, Silent())
    session = reviewing(cats)
    asked = [session.current]
    assert asked[0] is not None
    assert asked[0].side is Side.MISSING
    before = len(session.feed.lists.of(Mode.IMPLIED))
    (stored,) = session.answer(Answer.NO)
    assert stored.origin is Origin.QUEUE
    assert len(session.feed.lists.of(Mode.IMPLIED)) == before - 1
    assert session.current is not None
    assert session.current.tag_id == asked[0].tag_id
    session.undo()
    assert len(session.feed.lists.of(Mode.IMPLIED)) == before
    session.answer(Answer.NO)
    assert len(open_implied(cats)) == before - 1
    find_broken(cats, Silent())
    assert len(cats.implied.load()) == before - 1
    told = {(r.child, r.parent): r for r in cats.implied.rules()}
    tag = names(cats)
    assert told[tag["cat"], tag["animal"]].answered == 1


def test_all_of_them_are_accepted_as_one_batch_behind_a_sample(cats: Library) -> None:
    find_broken(cats, Silent())
    session = reviewing(cats)
    acceptance = Acceptance(session.feed, after=5, precision=0.8, rng=random.Random(1))
    for _ in range(5):
        assert acceptance.taken(session.answer(Answer.YES)) is None
    offer = acceptance.offer
    assert offer is not None
    assert offer.tag_id == EVERY_TAG
    drawn = acceptance.begin(session.current)
    assert len(drawn) == offer.sample or len(drawn) > 0
    for question in reversed(drawn):
        session.feed.put_back(question)
    session.next()
    verdict = None
    while verdict is None and session.current is not None:
        verdict = acceptance.taken(session.answer(Answer.YES))
    assert verdict is Verdict.PASSED
    assert acceptance.sample is not None
    batch = [(question, Answer.YES) for question in acceptance.sample.others]
    assert {question.origin for question, _ in batch} == {Origin.BATCH}
    stored = session.change(batch)
    assert len(stored) == len(batch) >= len(drawn)


def test_one_no_in_the_sample_withdraws_the_batch(cats: Library) -> None:
    find_broken(cats, Silent())
    session = reviewing(cats)
    acceptance = Acceptance(session.feed, after=5, precision=0.8, rng=random.Random(1))
    for _ in range(5):
        acceptance.taken(session.answer(Answer.YES))
    for question in reversed(acceptance.begin(session.current)):
        session.feed.put_back(question)
    session.next()
    assert acceptance.taken(session.answer(Answer.NO)) is Verdict.FAILED
    assert acceptance.sample is None


def test_a_page_of_them_is_of_one_tag(cats: Library) -> None:
    find_broken(cats, Silent())
    session = reviewing(cats)
    assert session.open_page()
    page = session.pages.current
    assert page is not None
    assert len({tag_id for _, tag_id in page.pairs}) == 1
    assert len(page.pairs) > 5


def test_why_a_tag_is_implied_is_told(cats: Library) -> None:
    find_broken(cats, Silent())
    vocabulary, tag = cats.vocabulary(), names(cats)
    asked = {question.tag_id: question for question in open_implied(cats)}
    rules = implied_by(cats, asked[tag["animal"]], vocabulary)
    assert implied_words(rules, vocabulary.name).startswith("cat: the list says so; ")
    of_data = implied_words(implied_by(cats, asked[tag["green"]], vocabulary), vocabulary.name)
    assert of_data.startswith("lawn: 9")
    assert "its 134 images" in of_data


def test_a_large_collection_is_left_to_the_command(
    cats: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(implying, "MANY", 10)
    assert find_broken_soon(cats, Silent()).summary == {}
    assert len(cats.implied.load()) == 0
    monkeypatch.setattr(implying, "MOST", 3)
    find_broken(cats, Silent())
    broken = cats.implied.load()
    assert len(broken) == 3
    assert broken.left_out > 3


def test_the_command_writes_what_the_data_suggest(cats: Library, tmp_path: Path) -> None:
    place, target = str(cats.workspace.path), tmp_path / "new.csv"
    found = CliRunner().invoke(cli, ["implications", "--workspace", place, "--to", str(target)])
    assert found.exit_code == 0
    assert "lawn implies green" in found.output
    lines = target.read_text(encoding="utf-8").splitlines()
    assert "lawn,green" in lines
    assert "cat,animal" not in lines
