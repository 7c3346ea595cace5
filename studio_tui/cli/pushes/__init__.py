"""The commands of pushes."""
