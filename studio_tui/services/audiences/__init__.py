"""Audiences: reading them, looking their names up, explaining them (P13)."""
