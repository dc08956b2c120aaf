"""Questions of space and time; each begins with who asks, none writes."""
