"""Queries of the activity and its seals."""
