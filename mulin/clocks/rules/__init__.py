"""Calendars and deadlines that explain themselves; pure rules, no tables."""
