"""The grid work log, and the words a city gives its methods; nothing is counted per person."""
