"""Screens for pushes, assignment and reminders."""
