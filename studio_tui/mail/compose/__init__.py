"""Composition of mail: wording, dates, MIME."""
