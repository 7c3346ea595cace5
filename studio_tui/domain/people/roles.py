"""The roles (U5)."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do in the Studio (U5)."""

    ADMIN = "admin"
    SUPPORT = "support"
    USER = "user"
