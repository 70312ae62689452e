"""What a score owes to the label that it is to judge, from what the store knows of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from reviewer.core.held_out import HELD_OUT
from reviewer.core.types import Image
from reviewer.jobs.taggers.seen import Learnt, learnt, seen_key
from reviewer.store.crossfits import Crossfit
from reviewer.store.images import ImageRow
from reviewer.store.versions import VersionInfo, VersionState

if TYPE_CHECKING:
    from reviewer.store.library import Library

TRAINED_ON, KEPT_OUT = 1, 2
HEADED, UNTAUGHT = 1, 2
"""Tags with heads of their own, and without."""


@pytest.fixture
def scored(library: Library) -> Library:
    """Two images, two tags, and versions v1 and v2, of which v2 was trained on from v1."""
    library.tags.add({"hat": None, "cat": None})
    digests = (bytes([HELD_OUT]) + bytes(31), bytes([HELD_OUT - 1]) + bytes(31))
    library.images.write(
        [
            ImageRow(None, Image(0, f"{number}.png", 1, digest), 0, frozenset({HEADED}))
            for number, digest in enumerate(digests)
        ]
    )
    for number, parent in ((1, ""), (2, "v1")):
        info = VersionInfo(f"v{number}", VersionState.RETIRED, number, parent)
        library.versions.put(info)
        library.crossfit(info.name).save(
            Crossfit(
                images=np.array([TRAINED_ON, KEPT_OUT]),
                tags=np.array([HEADED]),
                logits=np.zeros((1, 2), np.float16),
                groups=np.arange(2),
                neighbours=np.zeros((2, 0), np.int32),
                similarities=np.zeros((2, 0), np.float16),
                decided=0,
            )
        )
    return library


@pytest.mark.parametrize(
    ("pair", "owed"),
    [
        ((TRAINED_ON, HEADED), Learnt.NETWORK),
        ((TRAINED_ON, UNTAUGHT), Learnt.ALL),
        ((KEPT_OUT, HEADED), Learnt.KEPT_OUT),
        ((KEPT_OUT, UNTAUGHT), Learnt.KEPT_OUT),
    ],
)
def test_of_a_version_trained_here(scored: Library, pair: tuple[int, int], owed: Learnt) -> None:
    assert learnt(scored, "v1", pair) is owed
    assert learnt(scored, "v2", pair) is owed


@pytest.mark.parametrize("seen", ["yes", "may", "unknown"])
def test_what_a_parent_may_have_seen_its_children_may_know(scored: Library, seen: str) -> None:
    scored.state.set(seen_key("v1"), seen)
    assert learnt(scored, "v1", (KEPT_OUT, HEADED)) is Learnt.PERHAPS
    assert learnt(scored, "v2", (KEPT_OUT, HEADED)) is Learnt.PERHAPS


def test_a_tagger_of_other_labels_owes_nothing_until_it_is_trained_here(scored: Library) -> None:
    scored.state.set(seen_key("v1"), "no")
    assert learnt(scored, "v1", (TRAINED_ON, HEADED)) is Learnt.OTHER_LABELS
    assert learnt(scored, "v2", (TRAINED_ON, HEADED)) is Learnt.NETWORK


def test_before_a_refresh_there_are_no_heads(scored: Library) -> None:
    scored.versions.put(VersionInfo("v3", VersionState.ACTIVE, 3))
    assert learnt(scored, "v3", (TRAINED_ON, HEADED)) is Learnt.ALL
