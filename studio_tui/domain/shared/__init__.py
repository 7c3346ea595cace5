"""Rules and value types that several features share."""
