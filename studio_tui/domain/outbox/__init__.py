"""Notifications, and the actions that send mail."""
