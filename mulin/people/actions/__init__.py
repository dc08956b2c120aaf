"""Acts on people, by idea: units, posts, listings, accounts, factors, tokens, contacts, setup (imports)."""
