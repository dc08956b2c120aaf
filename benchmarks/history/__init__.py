"""Random histories of a city; imported once Django is set up."""
