"""Options that take an audience, and commands of segments."""
