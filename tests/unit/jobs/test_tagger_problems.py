from __future__ import annotations

import pytest

from reviewer.core.errors import TaggerError
from reviewer.jobs.tagger_problems import tagger_errors


def test_a_device_without_room_is_a_sentence_with_a_remedy() -> None:
    import torch

    with pytest.raises(TaggerError, match="--batch-size"), tagger_errors():
        # What no machine has: torch's own words, not those of a stand-in.
        torch.empty(1 << 60, dtype=torch.uint8)


def test_other_failures_stay_what_they_are() -> None:
    import torch

    with pytest.raises(RuntimeError, match="size of tensor"), tagger_errors():
        torch.zeros(2) + torch.zeros(3)
