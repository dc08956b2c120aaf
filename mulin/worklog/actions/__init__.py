"""Acts of the work log: write and correct an entry, adopt the words of the city."""
