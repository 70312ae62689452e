"""Choices: ratings, one out of several, with cross-fitted heads."""
