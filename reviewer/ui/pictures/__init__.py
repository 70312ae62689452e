"""Pictures: decoded ahead, kept, painted."""
