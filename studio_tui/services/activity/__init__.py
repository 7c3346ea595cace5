"""The activity, and whether it is as it was written."""
