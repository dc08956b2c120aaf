"""What happened: append-only, hash-chained; timeline, audit and feed."""
