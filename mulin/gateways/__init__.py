"""The world outside: photos, sheets, keys; knows formats and protocols, not cases."""
