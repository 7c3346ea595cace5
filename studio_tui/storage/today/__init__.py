"""Queries of what is to be done today."""
