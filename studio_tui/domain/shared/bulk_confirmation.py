"""How many are very many."""

MANY = 500
"""What reaches more people than this at once is done only by whoever says how many they are."""


def says(typed: str, number: int) -> bool:
    """Whether ``number`` was typed, with commas or without."""
    return typed.replace(",", "").strip() == str(number)
