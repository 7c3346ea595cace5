"""Transports for mail: SMTP or a folder, and the outcomes of sending."""
