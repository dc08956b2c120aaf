"""Template tags of the resident pages."""
