"""Texts that screens, commands and the worker share.

These are the labels of statuses, flags and mails, and numbers with their noun. JSON and CSV have
names of their own, which are a contract: ``done`` and ``held`` there are “held” (a conversation
that took place) and “waiting” (a mail that is not yet released) here.
"""
