"""What can go wrong with a tagger for reasons outside the program."""

from __future__ import annotations


class TaggerProblem(ValueError):  # noqa: N818 - read by people, who meet problems
    """A version, its weights, or a request for training cannot be used.

    The text is a sentence for people: it names the file and what to do about it.
    """
