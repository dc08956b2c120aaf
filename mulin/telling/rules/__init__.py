"""Pure rules of telling."""
