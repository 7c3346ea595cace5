"""Audiences as conditions on users, and the names that they refer to."""
