"""Lookup of names that belonged to records merged into others (U11)."""

from collections.abc import Collection
from typing import Any

from studio_tui.storage.engine.expressions import among
from studio_tui.storage.engine.tables import MergedUser

_M: Any = MergedUser


def merged_into(keys: Collection[str]) -> dict[str, int]:
    """Return the users whom former logins or addresses mean, by key.

    A key that was merged more than once means the user of the newest merge.
    """
    merged = _M.select(_M.login_key, _M.email_key, _M.into)
    found = merged.where(among(_M.login_key, keys) | among(_M.email_key, keys))
    return {
        each: into
        for *own, into in found.order_by(_M.at, _M.user).tuples()
        for each in own
        if each in keys
    }
