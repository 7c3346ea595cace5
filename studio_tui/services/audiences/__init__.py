"""Audiences: parsing, resolving of names, and explanation of membership (P13)."""
