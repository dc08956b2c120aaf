"""Where a point or an address lies, and why: pure geometry and names."""
