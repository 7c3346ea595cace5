"""The foundations of all services: the open Studio, lists, files, and the database as a whole."""
