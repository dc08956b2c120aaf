"""Questions about people, by idea: actors, units, staffing, accounts, contacts."""
