"""The parts that the app is composed of: each keeps one thing, and is an attribute of the app."""
