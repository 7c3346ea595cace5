"""Commands of SSH."""
