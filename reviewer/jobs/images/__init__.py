"""Image files among themselves: copies, nearest ones, previews, small training copies."""
