"""K: the nearest images."""
