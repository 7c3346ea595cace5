"""Queries of the outbox: enqueue, claim, settle, undo."""
