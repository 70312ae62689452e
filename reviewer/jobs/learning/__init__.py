"""Versions: trained from the beginning, trained on, their heads alone; and on which labels."""
