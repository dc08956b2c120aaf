"""Areas through time, addresses, and the grid a point lies in."""
