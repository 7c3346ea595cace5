"""How many are very many."""

MANY = 500
"""What reaches more people than this at once is done only by whoever says how many they are."""
