"""Pure rules of reports and cases."""
