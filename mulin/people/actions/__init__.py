"""Acts on people, by idea: units, posts, accounts, sign-in, second factors, tokens, contacts, imports."""
