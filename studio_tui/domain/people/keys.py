"""Comparison keys of logins, addresses, names and employee numbers."""

import re

from studio_tui.domain.shared.text import fold

_WHOLE_NUMBER = re.compile(r"0*(\d+?)(?:[.,]0+)?")


def key(text: str) -> str:
    """Return the comparison key of a login, an address or a name.

    The same as `fold`, with a fast path for ASCII.
    """
    return text.lower() if text.isascii() and text.isprintable() else fold(text)


def number_key(text: str) -> str:
    """Return the comparison key of an employee number.

    Leading zeros and a fraction of zeros are ignored, because spreadsheets turn 00001 into 1 or
    1.0.
    """
    found = _WHOLE_NUMBER.fullmatch(text.strip())
    return found[1] if found else key(text)


def address_key(email: str, login: str) -> str:
    """Return the `key` of a user's address, or a unique key from the login if there is none.

    The latter cannot equal any address.
    """
    return key(email) if email else f"  {key(login)}"
