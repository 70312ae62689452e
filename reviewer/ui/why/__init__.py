"""V: why a question is asked."""
