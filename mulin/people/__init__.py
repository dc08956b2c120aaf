"""Units through time, posts, appointments, roles, sign-in, and the contact vault."""
