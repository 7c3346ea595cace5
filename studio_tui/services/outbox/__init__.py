"""The outbox, delivery, dry runs and undo."""
