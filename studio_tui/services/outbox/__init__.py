"""Services of the outbox: delivery, bounces, dry runs and undo."""
