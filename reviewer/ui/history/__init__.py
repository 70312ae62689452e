"""The history page: every answer ever given."""
