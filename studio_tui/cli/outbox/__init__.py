"""The commands of the outbox, of mail and of the worker."""
