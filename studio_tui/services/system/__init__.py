"""What every service works on, lists, files, and the database as a whole."""
