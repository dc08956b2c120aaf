"""The door for residents: phone pages, no account needed."""
