"""Heat maps of networks that see one thing in one place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
import torch
from torch import nn

from model import heatmap
from model.backbones import Tagger, create_tagger
from model.config import TaggerConfig
from model.device import choose_device
from model.heatmap import GRID, heat_maps, picture_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.predict import Predictor

SIDE = 64
PLAIN = TaggerConfig(backbone="small", input_size=SIDE, mean=(0, 0, 0), std=(1, 1, 1))


class RedAndBlue(nn.Module):
    """Two features: the mean of red and of blue, from maps of 16 x 16 places."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 2, 4, stride=4, bias=False)
        with torch.no_grad():
            self.look.weight.zero_()
            self.look.weight[0, 0] = 1
            self.look.weight[0, 1:] = -1
            self.look.weight[1, 2] = 1
            self.look.weight[1, :2] = -1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.look(x)).mean(dim=(2, 3))


def predictor(tagger: Tagger, config: TaggerConfig = PLAIN) -> Predictor:
    """What `heat_maps` needs of a loaded version."""
    record = SimpleNamespace(config=config)
    device = choose_device("cpu")
    return cast("Predictor", SimpleNamespace(tagger=tagger.eval(), record=record, device=device))


@pytest.fixture
def seeing() -> Tagger:
    """A tagger whose first tag is red and whose second is blue."""
    tagger = Tagger(RedAndBlue(), nn.Linear(2, 2))
    with torch.no_grad():
        tagger.head.weight.copy_(torch.eye(2))
        tagger.head.bias.zero_()
    return tagger


def painted() -> NDArray[np.uint8]:
    """Black, with red at the upper left and blue at the lower right."""
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[4:20, 4:20, 0] = 255
    pixels[44:60, 44:60, 2] = 255
    return pixels


def peak(heat: NDArray[np.uint8]) -> tuple[float, float]:
    """Middle of what is seen, as shares of height and width."""
    rows, columns = np.nonzero(heat > 127)
    return (float(rows.mean()) + 0.5) / GRID, (float(columns.mean()) + 0.5) / GRID


def test_each_tag_is_seen_where_it_is(seeing: Tagger) -> None:
    (maps,) = heat_maps(predictor(seeing), painted()[None], [(SIDE, SIDE)], [[0, 1]])
    assert maps.shape == (2, GRID, GRID)
    assert maps.dtype == np.uint8
    assert maps.max() == 255
    assert peak(maps[0]) == pytest.approx((12 / 64, 12 / 64), abs=0.06)
    assert peak(maps[1]) == pytest.approx((52 / 64, 52 / 64), abs=0.06)


def test_pictures_may_ask_for_different_numbers_of_tags(seeing: Tagger) -> None:
    flipped = painted()[::-1].copy()
    sizes = [(SIDE, SIDE)] * 2
    first, second = heat_maps(
        predictor(seeing), np.stack([painted(), flipped]), sizes, [[1, 0], [0]]
    )
    assert (len(first), len(second)) == (2, 1)
    assert peak(first[1])[0] < 0.5 < peak(second[0])[0]


def test_what_is_not_there_is_seen_nowhere(seeing: Tagger) -> None:
    black = np.zeros((1, SIDE, SIDE, 3), np.uint8)
    (maps,) = heat_maps(predictor(seeing), black, [(SIDE, SIDE)], [[0]])
    assert not maps.any()


def test_padding_is_no_part_of_the_map(seeing: Tagger) -> None:
    # A wide picture: its upper left is a quarter of the way down the square.
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[16:24, 0:16, 0] = 255
    (maps,) = heat_maps(predictor(seeing), pixels[None], [(200, 100)], [[0]])
    row, column = peak(maps[0])
    assert row == pytest.approx(0.125, abs=0.08)
    assert column == pytest.approx(0.125, abs=0.08)


def test_networks_without_gradients_are_asked_with_parts_covered(
    seeing: Tagger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heatmap, "OnnxBackbone", RedAndBlue)
    (maps,) = heat_maps(predictor(seeing), painted()[None], [(SIDE, SIDE)], [[0, 1]])
    assert peak(maps[0]) == pytest.approx((12 / 64, 12 / 64), abs=0.1)
    assert peak(maps[1]) == pytest.approx((52 / 64, 52 / 64), abs=0.1)


@pytest.mark.parametrize(
    ("name", "size"),
    [("small", 96), ("resnet18", 128), ("convnext_tiny", 192), ("vit_b_32", 224), ("swin_t", 224)],
)
def test_every_kind_of_network_has_a_map(name: str, size: int) -> None:
    config = TaggerConfig(backbone=name, input_size=size)
    torch.manual_seed(0)
    tagger = create_tagger(config, 3)
    pixels = np.random.default_rng(1).integers(0, 255, (1, size, size, 3), dtype=np.uint8)
    (maps,) = heat_maps(predictor(tagger, config), pixels, [(size, size)], [[0, 2]])
    assert maps.shape == (2, GRID, GRID)
    assert maps.max() == 255
    assert len(np.unique(maps)) > 10
    assert all(parameter.grad is None for parameter in tagger.parameters())


@pytest.mark.parametrize(
    ("fit", "box"),
    [
        ("inside", (0.0, 0.25, 1.0, 0.75)),
        ("square", (0.0, 0.25, 1.0, 0.75)),
        ("stretch", (0.0, 0.0, 1.0, 1.0)),
        ("crop", (0.5 - 80 / 64, 0.5 - 40 / 64, 0.5 + 80 / 64, 0.5 + 40 / 64)),
    ],
)
def test_a_picture_lies_in_the_square_as_it_was_fitted(fit: str, box: tuple[float, ...]) -> None:
    config = TaggerConfig(input_size=SIDE, fit=fit, crop_from=80)  # type: ignore[arg-type] # one of the four
    assert picture_box((200, 100), config) == pytest.approx(box)
