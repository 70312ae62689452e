"""How questions are ranked is said once for a collection: the refresh of the window keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.errors import UsageError
from reviewer.core.ranking.rank import RankOptions
from reviewer.jobs.context import Silent
from reviewer.jobs.questions.first_questions import rank_by_tags
from reviewer.jobs.questions.options import rank_options
from reviewer.store.images import ImageRow
from tests.unit.jobs.test_first_questions import with_forgotten_tags

if TYPE_CHECKING:
    from reviewer.store.library import Library

from reviewer.core.types import Image


@pytest.fixture
def tagged(library: Library) -> Library:
    """Images whose tags are forgotten at times; their files are never looked at."""
    _, written = with_forgotten_tags()
    ids = library.tags.add({f"tag_{column:02}": None for column in range(written.shape[1])})
    known = [ids[f"tag_{column:02}"] for column in range(written.shape[1])]
    library.images.write(
        [
            ImageRow(
                None,
                Image(0, f"{row:04}.png", 1, row.to_bytes(32, "big")),
                0,
                frozenset(known[column] for column in np.flatnonzero(tags).tolist()),
            )
            for row, tags in enumerate(written)
        ]
    )
    return library


def ranked(library: Library) -> tuple[list[int], list[int]]:
    """Ranks without a word on how; the tags and the images of the questions."""
    rank_by_tags(library, Silent(), minimum=20)
    ranking = library.rankings.load()
    return ranking.tags.tolist(), ranking.images.tolist()


def test_at_first_it_is_as_usual(library: Library) -> None:
    assert rank_options(library) == RankOptions()


def test_what_was_said_once_holds_until_it_is_said_otherwise(library: Library) -> None:
    assert rank_options(library, order="rare", floor=0.0) == RankOptions(order="rare", floor=0.0)
    assert rank_options(library) == RankOptions(order="rare", floor=0.0)
    rank_options(library, limit=7)
    assert rank_options(library) == RankOptions(order="rare", floor=0.0, limit=7)
    rank_options(library, order="errors", limit=500, floor=0.02)
    assert rank_options(library) == RankOptions()


def test_what_is_refused_is_not_kept(library: Library) -> None:
    with pytest.raises(UsageError, match="no order named backwards"):
        rank_options(library, order="backwards")
    with pytest.raises(UsageError):
        rank_options(library, floor=1.5)
    assert rank_options(library) == RankOptions()


def test_an_order_of_another_version_of_the_program_is_as_usual(library: Library) -> None:
    library.state.set("rank.order", "by_moonlight")
    assert rank_options(library) == RankOptions()


def test_a_ranking_without_a_word_is_in_the_order_that_was_said(tagged: Library) -> None:
    usual = ranked(tagged)
    rank_options(tagged, order="random", limit=30)
    said = ranked(tagged)
    assert said != usual
    assert ranked(tagged) == said
    rank_options(tagged, order="errors", limit=500)
    assert ranked(tagged) == usual
