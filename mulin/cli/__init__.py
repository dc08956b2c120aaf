"""The door for whoever runs the server: commands."""
