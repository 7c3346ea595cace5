"""Queries of pushes and assignments."""
