"""The screen of the activity."""
