"""Screens of users and imports."""
