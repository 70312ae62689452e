"""Pages of figures as HTML."""
