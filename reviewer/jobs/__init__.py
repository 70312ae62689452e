"""Long work as plain callables; each is also a command."""
