"""Two opinions on a tag become one logit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import rankdata

from reviewer.core.ranking.fusion import DOUBTED_AT, TwoScores, fit_fusion

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = 600


@dataclass
class World:
    """Tags of many and few carriers; the tagger knows all, the heads the frequent ones."""

    truth: NDArray[np.bool_]
    present: NDArray[np.bool_]
    own: NDArray[np.float32]
    heads: NDArray[np.float32]

    def scores(self, *, lacking: int = -1, unlearnt: tuple[int, ...] = (), seen: bool = False):
        return TwoScores(
            n_tags=len(self.own),
            own=lambda tag: None if tag == lacking else self.own[tag],
            heads=lambda tag: None if tag in unlearnt else self.heads[tag],
            present=lambda tag: self.present[tag],
            half=(np.arange(IMAGES) % 2).astype(np.uint8),
            seen=seen,
        )


@pytest.fixture(scope="module")
def world() -> World:
    chance = np.random.default_rng(1)
    shares = np.geomspace(0.01, 0.4, 24)
    truth = chance.random((24, IMAGES)) < shares[:, None]
    present = truth & (chance.random(truth.shape) > 0.3)
    own = 3.0 * truth - 2.0 + chance.normal(0, 1.2, truth.shape)
    # The more examples, the better the heads.
    quality = np.clip(present.sum(axis=1) / 120, 0.05, 1.0)[:, None]
    heads = 4.0 * quality * truth - 3.0 + chance.normal(0, 1.2, truth.shape)
    return World(truth, present, own.astype(np.float32), heads.astype(np.float32))


def area(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float:
    """Chance that a carrier scores above another image."""
    ranks = rankdata(scores)
    there, gone = int(truth.sum()), int((~truth).sum())
    return float((ranks[truth].sum() - there * (there + 1) / 2) / (there * gone))


def areas(world: World, found: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    return np.array([area(logits, truth) for logits, truth in zip(found, world.truth, strict=True)])


def test_both_together_tell_more_than_either(world: World) -> None:
    fusion = fit_fusion(world.scores())
    together = areas(world, [fusion.logits(tag) for tag in range(24)])
    own, heads = areas(world, list(world.own)), areas(world, list(world.heads))
    assert together.mean() > max(own.mean(), heads.mean()) + 0.005
    # Rare tags rest on the tagger, and lose nothing to heads that know nothing.
    assert (together[:6] > own[:6] - 0.03).all()
    assert (together[-6:] > heads[-6:]).all()


def test_a_tag_without_heads_has_the_tagger_s_order_on_the_others_scale(world: World) -> None:
    rare = (0, 1, 2)
    fusion = fit_fusion(world.scores(unlearnt=rare))
    for tag in rare:
        logits = fusion.logits(tag)
        for half in (0, 1):
            mine = np.arange(IMAGES) % 2 == half
            np.testing.assert_array_equal(
                np.argsort(logits[mine], kind="stable"),
                np.argsort(world.own[tag][mine], kind="stable"),
            )
    assert 0.3 < fusion.scale[:, 1].mean() < 2.0


def test_a_tag_that_the_tagger_lacks_keeps_its_heads(world: World) -> None:
    fusion = fit_fusion(world.scores(lacking=20))
    np.testing.assert_array_equal(fusion.logits(20), world.heads[20])
    with pytest.raises(ValueError, match="neither"):
        fit_fusion(world.scores(lacking=3, unlearnt=(3,))).logits(3)


def test_the_weights_of_a_half_are_fitted_on_the_other(world: World) -> None:
    # On the first half of the images the tagger says the opposite of what the labels say.
    first = np.arange(IMAGES) % 2 == 0
    turned = World(world.truth, world.present, world.own.copy(), world.heads)
    turned.own[:, first] *= -1
    fusion = fit_fusion(turned.scores())
    assert fusion.scale[0, 1] > 0.5
    assert fusion.scale[1, 1] < 0
    assert fusion.weights[0, 1] > fusion.weights[1, 1] + 0.3


def test_no_tag_is_known_to_the_tagger() -> None:
    nothing = TwoScores(
        n_tags=2,
        own=lambda _tag: None,
        heads=lambda tag: np.full(4, tag, np.float32),
        present=lambda _tag: np.zeros(4, np.bool_),
        half=np.zeros(4, np.uint8),
    )
    np.testing.assert_array_equal(fit_fusion(nothing).logits(1), np.ones(4, np.float32))


def test_labels_that_it_may_have_seen_are_not_trusted_where_heads_have_examples(
    world: World,
) -> None:
    # It learnt the metadata by heart, errors and all.
    parrot = World(world.truth, world.present, 12.0 * world.present - 6.0, world.heads)
    parrot.own = parrot.own.astype(np.float32)
    taken_in = fit_fusion(parrot.scores())
    doubted = fit_fusion(parrot.scores(seen=True))
    frequent = int(world.present.sum(axis=1).argmax())
    carriers = int(world.present[frequent].sum())
    missing = world.truth[frequent] & ~world.present[frequent]
    # What was forgotten looks certainly absent to who learnt the metadata by heart.
    assert taken_in.logits(frequent)[missing].mean() < -5
    assert doubted.logits(frequent)[missing].mean() > -2.5
    share = min(carriers / DOUBTED_AT, 1.0)
    expected = (1 - share) * taken_in.logits(frequent) + share * world.heads[frequent]
    np.testing.assert_allclose(doubted.logits(frequent), expected, rtol=1e-4)
