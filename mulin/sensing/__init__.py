"""Devices in public places, what they may tell of things and scenes, and the person who confirms it."""
