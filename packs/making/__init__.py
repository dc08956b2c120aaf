"""Making the shipped packs: synthetic ground inside true outlines, under official names and codes."""
