"""Screens of pushes, assignment and reminders."""
