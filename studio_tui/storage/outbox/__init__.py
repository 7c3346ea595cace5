"""Queries of notifications: enqueue, claim, settle, undo."""
