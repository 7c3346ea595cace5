"""Queries of conversations and of the texts in them."""
