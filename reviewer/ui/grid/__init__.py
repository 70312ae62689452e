"""The grid: a page of one tag at once."""
