"""The roles of users (U5)."""

from enum import StrEnum


class Role(StrEnum):
    """The role of a user, which determines their permissions (U5)."""

    ADMIN = "admin"
    SUPPORT = "support"
    USER = "user"
