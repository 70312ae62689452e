"""One HTTP connection to a site: named, checked, patient, and silent about keys.

Certificates are always verified and redirects are never followed, so that a key goes to the
address that the person typed and nowhere else. No request, header or body is ever logged.

In the headers of every answer sites tell of the requests that are left. Danbooru: `X-Rate-Limit`,
JSON with the tokens a second (`rate`) and the tokens left of the login and of the address
(`limits`). e621: `X-Api-Limit`, the writes that were left in a sliding minute before this one was
counted. Both are read before a 429 comes: a site that never has to refuse is not annoyed.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import logging
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

import reviewer
from reviewer.sites.errors import (
    BusyError,
    NoAccessError,
    NoPostError,
    RefusedError,
    StaleError,
    UnknownOutcomeError,
)
from reviewer.sites.policy import is_private, why_no_address

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_S = 10.0
READ_S = 30.0
"""Seconds; a busy booru answers an edit in six and more."""

LONGEST_ANSWER_S = 120.0
"""Seconds that an answer may go on coming: each piece in time is no answer yet."""

MOST_BYTES = 64_000_000
"""Of an answer, unpacked; the largest that is asked for has some megabytes."""

LONGEST_WAIT_S = 86_400.0
"""Seconds that a site is taken at its word for."""

LONGEST_REASON = 200
"""Characters of a site's own words that are shown."""

THROTTLED = frozenset({421, 429})
"""Wait and try again: 429 everywhere, 421 at Moebooru."""

# Their details hold headers and addresses; with --verbose those would reach a log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

Json = Any
"""What a site answers: JSON holds anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered.

    Attributes:
        headers: Names in any case.
        content: Unpacked.
    """

    status: int
    headers: httpx.Headers
    content: bytes


def user_agent(user: str) -> str:
    """The name that requests carry: the program's, and the person's on the site."""
    named = f" (by {user})" if user.isascii() and user.isprintable() and user else ""
    return f"tag-reviewer/{reviewer.__version__}{named}"


class Http:
    """Requests to one site, with its failures as `SiteError`s.

    Attributes:
        pause: Seconds that the headers of the last answer ask to leave the site alone.
    """

    def __init__(
        self,
        url: str,
        user: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> None:
        """Opens nothing yet.

        Args:
            url: The site's address, without a slash at the end.
            user: The person's login, for the User-Agent.
            headers: Beside the usual ones.
            auth: Login and key for HTTP Basic.

        Raises:
            RefusedError: The address would send the key in the clear over the internet, or is
                none; or the key holds what no key has.
        """
        if not url.startswith("https://") and not (url.startswith("http://") and is_private(url)):
            raise RefusedError(
                f"{url} is not an https:// address. A key is never sent in the clear; http:// "
                "works for servers on this machine or in the same house network alone."
            )
        if problem := why_no_address(url):
            raise RefusedError(f"The address of this destination cannot be used: {problem}.")
        if not all(text.isascii() and text.isprintable() for text in (headers or {}).values()):
            # What is said of such a header would hold the key.
            raise RefusedError("The key holds signs that no key has. Give it again.")
        self._client = httpx.Client(
            base_url=url,
            headers={
                "User-Agent": user_agent(user),
                "Accept": "application/json",
                **(headers or {}),
            },
            auth=auth,
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=not is_private(url),
        )
        self._host = httpx.URL(url).host
        self.pause = 0.0

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """Asks for something.

        Raises:
            SiteError: One of those of `Site`; never `UnknownOutcomeError`.
        """
        try:
            return self.send("GET", path, params=params)
        except UnknownOutcomeError as error:
            # Asking changes nothing, whatever became of it.
            raise BusyError(str(error), error.retry_after) from error

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> Json:
        """Sends a request and returns the JSON of the answer; `None` where it has none.

        Raises:
            SiteError: By what is to be done about it.
        """
        try:
            with self._client.stream(method, path, params=params, data=form, json=body) as coming:
                answer = Answer(coming.status_code, coming.headers, self._whole(coming))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Nothing was sent: a certificate that is refused ends here as well.
            raise BusyError(f"{self._host} cannot be reached ({_words(error)}).") from error
        except httpx.RequestError as error:
            raise UnknownOutcomeError(
                f"The connection to {self._host} broke ({_words(error)})."
            ) from error
        self.pause = pause_asked(answer.headers)
        self._refuse_failures(answer)
        return _json(answer)

    def close(self) -> None:
        """Lets go of the connection."""
        self._client.close()

    def _whole(self, coming: httpx.Response) -> bytes:
        """The content of an answer, as long as it is one that ends."""
        content, end = bytearray(), time.monotonic() + LONGEST_ANSWER_S
        for piece in coming.iter_bytes():
            content += piece
            if len(content) > MOST_BYTES or time.monotonic() > end:
                raise UnknownOutcomeError(f"The answer of {self._host} does not end.")
        return bytes(content)

    def _refuse_failures(self, answer: Answer) -> None:
        status = answer.status
        if status < 300:
            return
        said = f"{self._host} answered {status}{_reason(answer)}"
        if status < 400:
            raise RefusedError(f"{said}: the address leads elsewhere. Correct it.")
        if status in THROTTLED:
            raise BusyError(f"{said}: it asks to wait.", retry_after(answer))
        if status == 503 and answer.headers.get("Retry-After"):
            raise BusyError(f"{said}: it asks to wait.", retry_after(answer))
        if status >= 500:
            raise UnknownOutcomeError(f"{said}.", retry_after(answer))
        if status in {401, 407, 419}:
            raise NoAccessError(
                f"{said}. Check the login and the key: a "
                "destination that is set up again under its name takes new ones."
            )
        if status == 403:
            # One post that may not be edited, a key without the right, or e621's hourly limit.
            raise BusyError(f"{said}. Check what the key may do.", retry_after(answer))
        if status in {404, 410}:
            raise NoPostError(f"{said}: the post is not there.")
        if status == 409:
            raise StaleError(f"{said}.")
        raise RefusedError(f"{said}.")


class HttpClient:
    """What every client of a site does with its connection.

    Attributes:
        _http: The connection.
    """

    def __init__(self, http: Http) -> None:
        """Takes the connection; it is the client's from now on."""
        self._http = http

    def pause(self) -> float:
        """Seconds that the last answer asks to leave the site alone."""
        return self._http.pause

    def close(self) -> None:
        """Lets go of the connection."""
        self._http.close()


def retry_after(answer: Answer, now: dt.datetime | None = None) -> float | None:
    """Seconds that an answer asks to wait (RFC 9110: seconds or a date); `None` if it does not."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT_S)
    try:
        when = email.utils.parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=dt.UTC)
        seconds = (when - (now or dt.datetime.now(dt.UTC))).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT_S)


def _json(answer: Answer) -> Json:
    if not answer.content.strip():
        return None
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _reason(answer: Answer) -> str:
    """The site's own words, from the fields in which sites put them."""
    held = _json(answer)
    if not isinstance(held, dict):
        return ""
    for key in ("description", "reason", "message", "error", "exception_type"):
        text = held.get(key)
        if isinstance(text, str) and text.strip():
            return f" ({text.strip()[:LONGEST_REASON].rstrip('.')})"
    return ""


def _words(error: Exception) -> str:
    return str(error).strip()[:LONGEST_REASON] or type(error).__name__


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
    waits = (
        _wait_of_danbooru(told.get("x-rate-limit", "")),
        _wait_of_e621(told.get("x-api-limit", "")),
    )
    return min(max(waits), LONGEST_S)


def _wait_of_danbooru(text: str) -> float:
    try:
        held = json.loads(text) if text else {}
        rate = float(held["rate"])
        left = min(float(points) for points in held["limits"].values())
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0.0
    if not (math.isfinite(left) and math.isfinite(rate)) or rate <= 0:
        return 0.0
    return max((1.0 - left) / rate, 0.0)


def _wait_of_e621(text: str) -> float:
    try:
        left = int(text)
    except ValueError:
        return 0.0
    return SHORT_OF_WRITES_S if left <= 1 else 0.0
