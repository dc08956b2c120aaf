"""A district as data: read, checked as a whole, previewed, adopted in one act."""
