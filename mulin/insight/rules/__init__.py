"""What may be asked and how it is worked out; pure."""
