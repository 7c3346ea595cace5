"""How logins, addresses, names and numbers of people are compared."""

import re

from studio_tui.domain.shared.text import fold

_WHOLE_NUMBER = re.compile(r"0*(\d+?)(?:[.,]0+)?")


def key(text: str) -> str:
    """How logins, addresses and names are compared: `fold`, quickly for plain letters."""
    return text.lower() if text.isascii() and text.isprintable() else fold(text)


def number_key(text: str) -> str:
    """How employee numbers are compared: a spreadsheet makes 1 or 1.0 of 00001."""
    found = _WHOLE_NUMBER.fullmatch(text.strip())
    return found[1] if found else key(text)


def address_key(email: str, login: str) -> str:
    """What tells users apart by their address: its `key`, or one that no address has."""
    return key(email) if email else f"  {key(login)}"
