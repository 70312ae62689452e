"""Figures and times as people read them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.core.statistics import Interval
    from reviewer.core.types import Progress


def duration(seconds: float) -> str:
    """A time span, as exact as it deserves ("40 s", "12 min", "3 h 20 min")."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours < 24 else f"{hours} h"


def when(unix_ms: int, now: dt.datetime | None = None) -> str:
    """A time where the user lives, in as few words as tell it."""
    at = dt.datetime.fromtimestamp(unix_ms / 1000).astimezone()
    today = (now or dt.datetime.now().astimezone()).date()
    if at.date() == today:
        return f"today {at:%H:%M:%S}"
    return f"{at:%d %b %H:%M}" if at.year == today.year else f"{at:%d %b %Y %H:%M}"


def time_left(seconds: float) -> str:
    """What is left of a span that was set, in words that change once a minute."""
    if seconds <= 0:
        return "time is up after this answer"
    minutes = math.ceil(seconds / 60)
    return "last minute" if minutes <= 1 else f"{minutes} min left"


def percent_range(share: Interval) -> str:
    """A share with its interval ("58% (48\N{EN DASH}67)")."""
    return f"{share.share * 100:.0f}% ({share.low * 100:.0f}\N{EN DASH}{share.high * 100:.0f})"


def progress_line(progress: Progress) -> str:
    """How far a job is, how fast, and how long it will take."""
    parts = []
    if progress.total:
        parts.append(f"{progress.done:,} of {progress.total:,} {progress.unit}".rstrip())
    elif progress.done:
        parts.append(f"{progress.done:,} {progress.unit}".rstrip())
    if progress.rate > 0:
        parts.append(f"{progress.rate:,.1f} a second")
    left = progress.seconds_left
    if left is not None and progress.done < progress.total:
        parts.append(f"{duration(left)} left")
    if progress.note:
        parts.append(progress.note)
    return "  \N{MIDDLE DOT}  ".join(parts)


def promise(expected: float, what: str, *, proven: bool) -> str:
    """An expected number; before any answer it is the most that there may be."""
    sign = "~" if proven else "\N{LESS-THAN OR EQUAL TO} "
    # "fixes" and "errors left" are the things that are promised: one of them is a fix, an error.
    number = f"{expected:,.0f}"
    return f"{sign}{number} {_singular(what) if number == '1' else what}"


def _singular(what: str) -> str:
    """Several things as one: "errors left" as "error left"."""
    return what.replace("fixes", "fix", 1).replace("errors", "error", 1)
