"""Tag Reviewer: find and fix the wrong and missing tags of an image collection."""

__version__ = "0.1.0"
