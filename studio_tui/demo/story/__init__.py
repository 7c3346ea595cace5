"""The made-up organisation of the demo, and what happened in it: the same on every run (D2)."""
