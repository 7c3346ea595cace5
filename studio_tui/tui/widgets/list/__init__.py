"""The list widget."""
