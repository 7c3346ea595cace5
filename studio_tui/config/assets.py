"""The location of ``styles/`` and ``data/``.

In a checkout they are next to the package, in a wheel inside it.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def asset(name: str) -> Path:
    """Return the path of ``styles/…`` or ``data/…``. Raises FileNotFoundError if it is missing."""
    for root in (_PACKAGE / "_assets", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is missing from the installation of Studio TUI")
