"""Small HTTP servers on loopback that answer as the sites' sources say."""
