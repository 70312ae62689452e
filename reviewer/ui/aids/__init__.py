"""More than yes and no: siblings, quick tags, the editor, definition and examples."""
