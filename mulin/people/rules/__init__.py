"""Pure rules of people: acts, the tree, terms, import plans, passwords, telephone numbers, seals."""
