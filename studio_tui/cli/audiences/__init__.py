"""The options that take an audience, and the commands of segments."""
