"""What the ledger is by pure reckoning: chains, roots, anchors, and what may not enter them."""
