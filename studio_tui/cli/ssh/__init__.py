"""The commands of SSH."""
