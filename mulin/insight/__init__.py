"""Questions over space and time, coverage and ledgers of places: reads only, changes nothing."""
