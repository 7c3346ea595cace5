"""Audiences: filters of people that are readable as text, and their vocabulary (P13)."""
