"""Tags that may be proposed for new images: from which score on, and how that is known."""
