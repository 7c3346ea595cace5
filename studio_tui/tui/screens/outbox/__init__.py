"""Screens of the outbox, of mails and of dry runs."""
