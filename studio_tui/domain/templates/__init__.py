"""Templates and the question library."""
