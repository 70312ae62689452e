"""What goes out: copies, files in place, tags inside images, the log."""
