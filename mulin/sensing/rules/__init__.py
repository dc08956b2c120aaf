"""What a device may tell, what it never may, and which tellings are one; pure."""
