"""Queries of templates, the question library and drafts."""
