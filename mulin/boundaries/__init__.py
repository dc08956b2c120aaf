"""Areas through time as acts: merge, split, convert, redraw, rename, with the units and cases on them."""
