"""The URLs of databases.

They are ``sqlite:///relative.db``, ``sqlite:////absolute/path.db`` or
``postgresql://user@host/name``.
"""

import re
from pathlib import Path

from studio_tui.domain.shared.errors import Refused

_AFTER_USER = re.compile(r"^(\w+://[^/:@]*):.*@", re.DOTALL)
_BEGINNING = re.compile(r"\w+://[^/:@]*@")
_SECRET = re.compile(r"(pass\w*|pwd)\s*=", re.IGNORECASE)
_IN_QUERY = re.compile(r"(?<=[?&])(?:ssl)?password=[^&]*(?:&|$)", re.IGNORECASE)
"""Patterns of the places of a password in a URL."""


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for another engine. Raises `Refused` without a name."""
    if not url.startswith("sqlite:"):
        return None
    path = Path(url.removeprefix("sqlite:///")).expanduser()
    if not url.startswith("sqlite:///") or not path.name:
        raise Refused(
            f"“{without_password(url)}” names no file: write sqlite:////absolute/path.db."
        )
    return path


def require_database_url(url: str) -> None:
    """Raise `Refused` unless ``url`` names a file of SQLite or begins as a URL of PostgreSQL."""
    if file_of(url) is None and not url.startswith(("postgresql://", "postgres://")):
        raise not_a_url(url)


def not_a_url(url: str) -> Refused:
    """Return the error about a URL that names no database."""
    shown = without_password(url)
    return Refused(f"“{shown}” is no database URL: write sqlite:////… or postgresql://….")


def without_password(url: str) -> str:
    """Return ``url`` without a password, even if it is not a URL (N11)."""
    shown = _IN_QUERY.sub("", _AFTER_USER.sub(r"\1@", url)).rstrip("?&")
    if not shown.startswith("sqlite:") and _SECRET.search(shown):
        # As in “host=db password=x”, which is not a URL: the end of the password is unknown.
        return "…"
    if "@" in shown and not shown.startswith("sqlite:") and not _BEGINNING.match(shown):
        # In a mistyped URL the beginning of the password is unknown.
        return f"…@{shown.rpartition('@')[2]}"
    return shown
