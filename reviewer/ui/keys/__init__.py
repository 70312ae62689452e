"""Keys, mouse buttons and menus: from an event to a command, and lists of what there is."""
