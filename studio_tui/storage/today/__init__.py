"""Queries of the cases of Today."""
