"""Tokens to log in with (OAuth 2, N14): fetched when they are needed, kept in memory only."""
