"""What a pack consists of and what makes it sound; pure."""
