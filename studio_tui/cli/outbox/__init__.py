"""Commands of the outbox, of mail and of the worker."""
