"""What can go wrong with a site, by what the sender does about it.

SiteError                   one edit cannot be made; the next one may
+-- NoPostError             the post is not there
+-- StaleError              somebody edited it since the look: look again
+-- RefusedError            the site will not have this edit
+-- BusyError               try later; the edit was not made
|   +-- UnknownOutcomeError try later; it may have been made: look first
+-- NoAccessError           the key or the rights are wrong: nothing will work until mended
"""

from __future__ import annotations

from reviewer.core.errors import ReviewerError


class SiteError(ReviewerError):
    """A site did not do what was asked; the text is written for people."""


class NoPostError(SiteError):
    """The post is not there."""


class StaleError(SiteError):
    """Somebody edited the post since it was looked at; this edit was not made."""


class RefusedError(SiteError):
    """The site understood the edit and will not have it."""


class BusyError(SiteError):
    """The site asks to wait; this request did nothing.

    Attributes:
        retry_after: Seconds that the site asks for; `None` where it does not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        """Takes the sentence, and the seconds where the site gave them."""
        super().__init__(message)
        self.retry_after = retry_after


class UnknownOutcomeError(BusyError):
    """The connection broke or the site failed in the middle: the edit may have been made."""


class NoAccessError(SiteError):
    """The site does not know the key, or the key may not do this."""
