"""Authentication (A1): the actor is the account of the operating system or the key of the session.

A name that the user enters is never trusted.
"""

import os
import re
from dataclasses import replace

from studio_tui.config.session import (
    account_entry,
    client_address,
    restricted_session,
    session_key,
)
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.roles import Role
from studio_tui.domain.people.users import full_name
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.domain.shared.text import MAX_NAME, clean_line
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.people import ssh_keys, users

_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 64
"""Maximum length of the part of an address before the @."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    login: str
    full_name: str
    origin: str = ""
    """The host and client address of the session, as recorded in the activity (A3)."""


def own_account() -> Account:
    """Return the account that this process runs as, ignoring environment variables.

    Raises `Forbidden` in a session opened by a key, in which the process runs as the account of the
    service. Raises `Refused` for an account without a name.
    """
    if restricted_session():
        raise Forbidden("In a session over SSH, who you are is said by your key alone.")
    entry = account_entry()
    name = clean_line(entry.pw_gecos.split(",")[0]) or entry.pw_name
    return Account(
        entry.pw_name, name, _origin(f"account {entry.pw_name} on {os.uname().nodename}")
    )


def is_new(studio: Studio) -> bool:
    """Return whether there are no users yet, so that the next to sign in becomes the first admin.

    Raises `Refused` if a backup is still to be restored.
    """
    with studio.seen_by(None).store.reading():
        known = users.any_user()
    if not known:
        studio.store.require_restored()
    return not known


def create_first_admin(studio: Studio, account: Account) -> Actor | None:
    """Make ``account`` the first admin of a new database; return None if users exist already."""
    if not is_new(studio):
        return None
    with studio.store.writing():
        # Another process may have created the first admin since `is_new` ran.
        return None if users.any_user() else _insert_first_admin(studio, account)


def sign_in(studio: Studio, account: Account) -> Actor:
    """Return the actor of an account; on a new database, create the first admin.

    Raises `Forbidden` for an account without a user, or whose user has left.
    """
    if founder := create_first_admin(studio, account):
        return founder
    with studio.seen_by(None).store.reading():
        actor = users.actor_of(account.login)
    if actor is None:
        raise Forbidden(
            f"The account {account.login} belongs to no active user of this Studio: "
            "ask an admin to import you with this login."
        )
    return replace(actor, origin=account.origin)


def current_actor(studio: Studio) -> Actor:
    """Return the actor of this process, by the key of the session or else by the account."""
    key = session_key()
    return sign_in(studio, own_account()) if key is None else sign_in_by_key(studio, key)


def sign_in_by_key(studio: Studio, fingerprint: str) -> Actor:
    """Return the actor who owns this key.

    Raises `Forbidden` for a key without an owner, or whose owner has left. Also raises it if the
    account of the process does not own the database: such a process could claim any key.
    """
    if not studio.store.is_own():
        raise Forbidden(
            "Only the account that the database belongs to lets people in by their keys."
        )
    with studio.seen_by(None).store.reading():
        actor = ssh_keys.actor_by_key(fingerprint)
    if actor is None:
        raise Forbidden("This key belongs to no active user of this Studio: ask an admin.")
    return replace(actor, origin=_origin(f"key {fingerprint}"))


def _insert_first_admin(studio: Studio, account: Account) -> Actor:
    organisation = studio.settings.organisation
    given, family = _names(account.full_name or account.login)
    user_id = users.insert_first_user(
        account.login,
        _address(account.login),
        given,
        family,
        organisation.language,
        organisation.time_zone,
    )
    actor = Actor(
        user_id,
        account.login,
        full_name(given, family),
        Role.ADMIN,
        organisation.time_zone,
        account.origin,
    )
    write_activity(actor, studio.now(), Verb.SET_UP, "the Studio")
    # Import here. This runs once in the life of a database, and other commands start faster.
    from studio_tui.services.templates.starters import add_starters

    add_starters(studio, actor)
    return actor


def _origin(opened_by: str) -> str:
    """Return the origin of a session: what opened it and the client address, if there is one."""
    address = client_address()
    return clean_line(f"{opened_by} from {address}" if address else opened_by)[:MAX_NAME]


def _names(name: str) -> tuple[str, str]:
    """Split a name into given and family name, neither empty: an export must be importable (U6)."""
    given, _, family = name.partition(" ")
    return given, family or "(admin)"


def _address(login: str) -> str:
    """Return a well-formed address that delivers nowhere, to be replaced by an import."""
    return f"{_NOT_IN_ADDRESS.sub('-', login)[:_LONGEST]}@localhost.localdomain"
