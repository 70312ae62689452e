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


@pytest.fixture(autouse=True)
def _two_threads_at_most() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(min(2, before))
    yield
    torch.set_num_threads(before)
