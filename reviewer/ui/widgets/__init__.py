"""Parts that several pages are built of."""
