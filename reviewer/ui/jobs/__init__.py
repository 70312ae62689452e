"""Long work: child processes, the page that starts and shows them, and its words."""
