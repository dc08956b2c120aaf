"""What telling does."""
