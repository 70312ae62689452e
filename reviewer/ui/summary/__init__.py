"""The summary of a sitting."""
