"""The rules of pushes."""
