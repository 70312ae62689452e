"""How fast a site is asked: token buckets that all collections share, and waits it asks for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reviewer.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.outbox import Destination
    from reviewer.sites.policy import Policy
    from reviewer.store.pacing import PaceFile

LONGEST_WAIT_MS = 15 * 60 * 1000
"""A job that would have to wait longer ends, and goes on when it is started again."""


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


class Pace:
    """Waits before each request for as long as the site's limits ask."""

    def __init__(
        self,
        buckets: PaceFile,
        destination: Destination,
        policy: Policy,
        *,
        now: Callable[[], int] = now_ms,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Shares the buckets of the destination's host and login with every other run.

        Args:
            buckets: Where the tokens are kept.
            destination: Where to.
            policy: Its rules.
            now: The clock, Unix time in milliseconds.
            sleep: Waits so many seconds.
        """
        self._buckets = buckets
        self._host = urlsplit(destination.url).netloc or destination.name
        self._key = f"{self._host} {destination.user}".strip()
        self._policy = policy
        self._now = now
        self._sleep = sleep

    def read(self) -> None:
        """Waits until the site may be asked."""
        self._wait("read", self._policy.read_rate, self._policy.burst)

    def write(self) -> None:
        """Waits until the site may be written to."""
        self._wait("write", self._policy.write_rate, self._policy.burst)
        # A quarter of the hour's edits may follow at once, so that no hour ever sees more than
        # five quarters of the number, which is below the site's own limit.
        hourly = self._policy.hourly
        self._wait("hour", hourly / 3600, max(hourly // 4, 1))

    def until(self, when: int) -> None:
        """Waits until a time (Unix, milliseconds).

        Raises:
            UsageError: That is too long for a job to wait.
        """
        self._pause(when - self._now())

    def block(self, seconds: float) -> None:
        """The site asked to wait so long: nothing is asked before, in this run or another."""
        until = self._now() + int(seconds * 1000)
        for kind in ("read", "write"):
            self._buckets.block(f"{self._key} {kind}", until)

    def note_sent(self) -> None:
        """Remembers, for all collections of this person, that an edit is about to be sent."""
        self._buckets.note_sent(self._key, self._now())

    def sent_since(self, since: int) -> int:
        """Edits that any collection sent to the site under this login since a time (Unix, ms)."""
        return self._buckets.sent_since(self._key, since)

    def _wait(self, kind: str, rate: float, burst: int) -> None:
        while True:
            wait = self._buckets.take(f"{self._key} {kind}", rate, max(burst, 1), self._now())
            if not wait:
                return
            self._pause(wait)

    def _pause(self, wait: int) -> None:
        if wait > LONGEST_WAIT_MS:
            raise UsageError(
                f"{self._host} asks to wait {wait // 60_000} minutes. Nothing is lost: go on "
                "later with `reviewer write-back resume`."
            )
        if wait > 0:
            self._sleep(wait / 1000)
