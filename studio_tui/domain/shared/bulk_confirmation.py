"""The confirmation that an action on a large number of people requires."""

MANY = 500
"""Number of people above which the user must type that number to confirm an action."""


def confirms(typed: str, number: int) -> bool:
    """Return whether ``typed`` is ``number``, with or without thousands separators (commas)."""
    return typed.replace(",", "").strip() == str(number)
