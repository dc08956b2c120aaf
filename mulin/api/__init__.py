"""The door for other systems: HTTP and JSON; the only package that knows Ninja."""
