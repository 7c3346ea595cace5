"""What the program is told from outside: settings, folders, the clock."""
