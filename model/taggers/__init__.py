"""Taggers that people bring: recognised by content, loaded offline, kept as versions."""
