"""Numbers with their noun."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 user``, ``1,200 users``.

    ``many`` is the plural if that is not ``one`` with an s.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
