"""Django's PostgreSQL backend with a cheaper look at whether the server is still there."""
