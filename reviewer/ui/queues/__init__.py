"""The queues at the left: their rows, and what they promise."""
