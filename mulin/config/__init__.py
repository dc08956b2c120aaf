"""Settings, addresses, processes and the embedded database; imported by nobody."""
