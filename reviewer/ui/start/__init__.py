"""Before the review: where one begins, what an import would read, and waiting for it."""
