"""The fictitious organisation of the demo and its history; identical on every run (D2)."""
