"""Rules and values that several features share."""
