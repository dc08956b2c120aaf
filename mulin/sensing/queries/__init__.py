"""Questions about devices, models and scene events."""
