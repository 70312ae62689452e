"""The rules of the domain: no Qt, no torch, no SQL, no files."""
