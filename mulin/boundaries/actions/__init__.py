"""The act of adjusting boundaries."""
