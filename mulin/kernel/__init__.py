"""Actor, refusals, periods and small value types; pure Python, imported by all."""
