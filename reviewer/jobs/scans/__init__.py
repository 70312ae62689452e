"""Scans: a version run over the collection, resumed where it was cut off."""
