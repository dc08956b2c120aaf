"""Reports, cases and what is done to them: the heart."""
