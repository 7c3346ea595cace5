"""Screens for the outbox, single mails and dry runs."""
