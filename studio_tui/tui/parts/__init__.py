"""The parts of the app; each has one responsibility and is an attribute of the app."""
