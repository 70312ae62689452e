"""What comes in: folders with their metadata, dumps, servers, definitions of tags."""
