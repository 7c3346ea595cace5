"""The commands of the activity."""
