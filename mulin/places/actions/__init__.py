"""Acts on places, by idea."""
