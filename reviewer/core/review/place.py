"""Where a reviewer stood, as a text to come back to: mode, tag and side, by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reviewer.core.review.feed import Mode
from reviewer.core.types import Side

if TYPE_CHECKING:
    from reviewer.core.review.session import ReviewSession


def place_of(session: ReviewSession) -> str:
    """Where questions come from now."""
    feed = session.feed
    chosen = feed.mode is Mode.TAG and feed.tag_id is not None
    return json.dumps(
        {
            "mode": feed.mode.value,
            "tag": session.vocabulary.name(feed.tag_id or 0) if chosen else "",
            "side": "" if feed.side is None else feed.side.name.lower(),
        },
        ensure_ascii=False,
    )


def return_to(session: ReviewSession, place: str) -> None:
    """Asks from where `place_of` says; from the best queue if there is nothing left there.

    Args:
        session: A session that has just begun.
        place: From `place_of`; anything else is ignored.
    """
    try:
        told = json.loads(place)
        mode, side = Mode(told["mode"]), told["side"]
        # To find one a table of all names is made, which takes its time where they are many.
        tag = session.vocabulary.find(told["tag"]) if mode is Mode.TAG else None
    except (ValueError, KeyError, TypeError):
        return
    if side:
        session.choose_side(Side[side.upper()] if side.upper() in Side.__members__ else None)
    if mode is Mode.TAG and tag is None:
        return
    if not session.enter(mode, tag.id if mode is Mode.TAG and tag is not None else None):
        session.enter(Mode.BEST)
