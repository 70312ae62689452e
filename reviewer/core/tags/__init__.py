"""Tags among themselves: names, spellings, siblings, implications, and what goes with what."""
