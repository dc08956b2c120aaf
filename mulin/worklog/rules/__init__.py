"""What labels and entries of the log may be; pure."""
