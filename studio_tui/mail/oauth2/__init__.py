"""Tokens for the login (OAuth 2, N14): fetched when they are needed, and kept in memory only."""
