"""Screens of templates and of the question library."""
