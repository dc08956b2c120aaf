"""What may follow what in the life of a promise and of a comment on it."""
