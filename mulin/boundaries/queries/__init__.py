"""Questions about adjustments: what one would do, what changed, counts by any day's boundaries."""
