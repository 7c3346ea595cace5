"""Commands of what is to be done today."""
