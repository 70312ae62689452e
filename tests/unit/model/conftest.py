"""What the tagger's tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from tests.unit.model.drawings import Drawn, draw

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return draw(tmp_path_factory.mktemp("drawn"), 120)


@pytest.fixture
def four_threads() -> Iterator[None]:
    """Torch with more threads than the tests' usual one."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)
