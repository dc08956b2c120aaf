"""Questions about the words of the city and the entries of the log."""
