"""Notifications, and the acts that send mail."""
