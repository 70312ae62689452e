"""One out of several: the pages of ratings and characters."""
