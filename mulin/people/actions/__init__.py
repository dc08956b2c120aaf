"""Acts on people, by idea: units, posts, listings, accounts, sign-in, factors, tokens, contacts, imports."""
