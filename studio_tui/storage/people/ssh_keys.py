"""The SSH keys that users log in with (A1)."""

from datetime import datetime
from typing import Any

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.ssh_keys import PublicKey, UserKey
from studio_tui.domain.people.users import full_name
from studio_tui.storage.engine.expressions import U
from studio_tui.storage.engine.tables import SshKey
from studio_tui.storage.people.stored_scope import scope_of

_K: Any = SshKey


def insert_key(user_id: int, key: PublicKey, at: datetime) -> None:
    """Add a key of a user."""
    SshKey.insert(
        user=user_id,
        fingerprint=key.fingerprint,
        key=key.text,
        comment=key.comment,
        added_at=at,
    ).execute()


def delete_key(fingerprint: str) -> None:
    """Remove a key."""
    _K.delete().where(_K.fingerprint == fingerprint).execute()


def keys_of(user_id: int | None) -> list[UserKey]:
    """Return the keys of a user, None for all users, by login."""
    keys = _keys() if user_id is None else _keys().where(U.id == user_id)
    return [key for _, key in _read(keys)]


def key_named(fingerprint: str) -> tuple[int, UserKey] | None:
    """Return the user id and the key of a fingerprint; None if it is unknown."""
    return next(iter(_read(_keys().where(_K.fingerprint == fingerprint))), None)


def actor_by_key(fingerprint: str) -> Actor | None:
    """Return the active user with this key as an actor; None if there is none."""
    found = _K.select(U.id, U.login, U.given_name, U.family_name, U.role, U.time_zone)
    of_key = found.join(U, on=U.id == _K.user).where(_K.fingerprint == fingerprint, U.active)
    for user_id, login, given, family, role, zone in of_key.tuples():
        name = full_name(given, family)
        return Actor(user_id, login, name, Role(role), zone, scope=scope_of(user_id))
    return None


def _keys() -> Any:
    columns = (U.login, U.given_name, U.family_name, U.active)
    keys = _K.select(_K.user, _K.fingerprint, _K.key, _K.comment, _K.added_at, *columns)
    return keys.join(U, on=U.id == _K.user).order_by(U.login_key, _K.id)


def _read(keys: Any) -> list[tuple[int, UserKey]]:
    return [
        (
            user_id,
            UserKey(
                login=login,
                name=full_name(given, family),
                active=active,
                fingerprint=fingerprint,
                kind=text.partition(" ")[0],
                comment=comment,
                added_at=added_at,
            ),
        )
        for user_id, fingerprint, text, comment, added_at, login, given, family, active in (
            keys.tuples()
        )
    ]
