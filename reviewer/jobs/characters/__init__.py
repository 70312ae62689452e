"""Characters: faces, heads, training, questions."""
