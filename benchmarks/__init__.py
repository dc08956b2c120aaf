"""Measurements of the main job on this machine, beside the raw rate of the database in the same run."""
