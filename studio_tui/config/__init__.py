"""The environment of the program: settings, folders and clocks."""
