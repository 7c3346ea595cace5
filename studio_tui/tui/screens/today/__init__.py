"""The first screen, Today: everything that needs attention."""
