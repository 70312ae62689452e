"""The formats in which collections exist: read, and written on request."""
