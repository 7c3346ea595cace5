"""The commands of templates and of the question library."""
