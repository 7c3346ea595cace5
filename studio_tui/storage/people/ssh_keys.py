"""The keys with which users come in (A1)."""

from datetime import datetime

from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.ssh_keys import PublicKey, UserKey
from studio_tui.domain.people.users import Role, full_name
from studio_tui.storage.engine.sql import EVERYBODY, Clause, execute, known_instant, rows
from studio_tui.storage.engine.tables import SshKey


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
    execute("DELETE FROM ssh_key WHERE fingerprint = ?", fingerprint)


def keys_of(user_id: int | None) -> list[UserKey]:
    """The keys of a user, or of everybody, by login."""
    clause = EVERYBODY if user_id is None else Clause("u.id = ?", (user_id,))
    return _keys(clause)


def key_named(fingerprint: str) -> tuple[int, UserKey] | None:
    """Whose key it is, with the key; None where nobody has it."""
    for (user_id,) in rows("SELECT user_id FROM ssh_key WHERE fingerprint = ?", fingerprint):
        return user_id, _keys(Clause("k.fingerprint = ?", (fingerprint,)))[0]
    return None


def actor_by_key(fingerprint: str) -> Actor | None:
    """The active user who has this key, as one who asks; None where there is none."""
    for user_id, login, given, family, role, zone in rows(
        "SELECT u.id, u.login, u.given_name, u.family_name, u.role, u.time_zone "
        "FROM ssh_key k JOIN users u ON u.id = k.user_id WHERE k.fingerprint = ? AND u.active",
        fingerprint,
    ):
        return Actor(user_id, login, full_name(given, family), Role(role), zone)
    return None


def _keys(clause: Clause) -> list[UserKey]:
    found = rows(
        "SELECT u.login, u.given_name, u.family_name, u.active, k.fingerprint, k.key, k.comment, "
        f"k.added_at FROM ssh_key k JOIN users u ON u.id = k.user_id WHERE {clause.text} "
        "ORDER BY u.login_key, k.id",
        *clause.params,
    )
    return [
        UserKey(
            login=row[0],
            name=full_name(row[1], row[2]),
            active=bool(row[3]),
            fingerprint=row[4],
            kind=row[5].partition(" ")[0],
            comment=row[6],
            added_at=known_instant(row[7]),
        )
        for row in found
    ]
