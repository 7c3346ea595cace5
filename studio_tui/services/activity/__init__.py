"""The activity, and its verification."""
