"""Questions with several tags to choose from: ratings and characters."""
