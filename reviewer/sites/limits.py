"""What sites tell, in the headers of every answer, of the requests that are left.

Danbooru: `X-Rate-Limit`, JSON with the tokens a second (`rate`) and the tokens left of the login
and of the address (`limits`). e621: `X-Api-Limit`, the writes that were left in a sliding minute
before this one was counted. Both are read before a 429 comes: a site that never has to refuse is
not annoyed.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_S = 300.0
"""No header is believed that asks for more; a site that means it says so with Retry-After."""

SHORT_OF_WRITES_S = 10.0
"""e621's minute slides: a sixth of it gives room for several writes again."""


def pause_asked(headers: Mapping[str, str]) -> float:
    """Seconds to wait so that the next request finds room.

    Args:
        headers: Of an answer; names in any case.

    Returns:
        0 where there is room, or the site does not tell.
    """
    told = {name.lower(): text for name, text in headers.items()}
    waits = (_danbooru(told.get("x-rate-limit", "")), _e621(told.get("x-api-limit", "")))
    return min(max(waits), LONGEST_S)


def _danbooru(text: str) -> float:
    try:
        held = json.loads(text) if text else {}
        rate = float(held["rate"])
        left = min(float(points) for points in held["limits"].values())
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0.0
    if not (math.isfinite(left) and math.isfinite(rate)) or rate <= 0:
        return 0.0
    return max((1.0 - left) / rate, 0.0)


def _e621(text: str) -> float:
    try:
        left = int(text)
    except ValueError:
        return 0.0
    return SHORT_OF_WRITES_S if left <= 1 else 0.0
