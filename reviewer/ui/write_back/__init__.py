"""The write-back page: destinations, what would change there, sending."""
