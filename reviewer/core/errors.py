"""What can go wrong outside the program, as a tree.

    ReviewerError               shown to the user as one sentence; exit code 1
    +-- UsageError              asked for something that cannot be done; exit code 2
    +-- SourceError             a folder or file of the user cannot be read or written
    +-- StoreError              the collection's database or array files
    |   +-- StoreFullError      no space left: nothing was stored, nothing advanced
    |   +-- StoreBusyError      another program holds the collection
    |   +-- NewerStoreError     written by a newer version of the program
    +-- TaggerError             a version or its weights cannot be used

Anything outside this tree is a bug: a traceback in the log and a calm window.
"""

from __future__ import annotations


class ReviewerError(Exception):
    """Base of what is the world's fault, not ours; the text is written for people."""

    exit_code = 1


class UsageError(ReviewerError):
    """The request cannot be carried out as it was made."""

    exit_code = 2


class SourceError(ReviewerError):
    """A file or folder of the user cannot be read, or may not be written."""


class StoreError(ReviewerError):
    """The collection cannot be opened, read or written."""


class StoreFullError(StoreError):
    """The disk is full; what was to be stored was not."""


class StoreBusyError(StoreError):
    """Another program works on the collection."""

    exit_code = 3


class NewerStoreError(StoreError):
    """The collection was written by a newer version of the program."""


class TaggerError(ReviewerError):
    """A tagger version, its weights or its vocabulary cannot be used."""
