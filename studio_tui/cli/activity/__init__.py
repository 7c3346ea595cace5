"""Commands of the activity."""
