"""Numbers with their noun."""


def counted(number: int, one: str, many: str = "") -> str:
    """``1 user``, ``1,200 users``; ``many`` where the plural is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
