"""What publications answer: to everybody, and to the units that promise or look over."""
