"""What makes a sealed judgement whole, and what may follow what in a two-way review."""
