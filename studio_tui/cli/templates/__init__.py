"""Commands of templates and of the question library."""
