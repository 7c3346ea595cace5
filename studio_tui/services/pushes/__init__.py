"""Create, assign, remind, close."""
