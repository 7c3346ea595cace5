"""Queries of conversations and of what is written in them."""
