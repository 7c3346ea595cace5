"""Commands of pushes."""
