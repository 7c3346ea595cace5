"""The rules of the activity."""
