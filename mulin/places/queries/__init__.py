"""Questions about places, by idea."""
