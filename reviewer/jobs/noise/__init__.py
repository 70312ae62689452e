"""`reviewer experiment noise`: known errors, quality against them."""
