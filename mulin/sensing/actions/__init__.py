"""Acts on devices, models and scene events."""
