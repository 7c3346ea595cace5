"""Audiences: filters of people that are readable as text, and their words (P13)."""
