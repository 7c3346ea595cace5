"""The tasks of today."""
