"""What is published for everybody to read and to answer: promises of units and what became of them."""
