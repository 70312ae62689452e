"""The window: all Qt."""
