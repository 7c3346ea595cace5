"""Queries of users, teams, managers, imports and keys."""
