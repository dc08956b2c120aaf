"""The views of the console, by page."""
