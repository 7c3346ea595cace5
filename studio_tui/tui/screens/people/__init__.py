"""Screens for users, teams, imports and the desk of changes."""
