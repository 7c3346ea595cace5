"""Who is asking (A1): the account of the operating system, or the SSH key that opened the session.
Never a name that somebody gives."""

import os
import re
from dataclasses import dataclass, replace

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
from studio_tui.domain.shared.errors import Forbidden
from studio_tui.domain.shared.text import MAX_NAME, clean_line
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.people import ssh_keys, users

_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 64
"""Characters that an address can have before the @."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    login: str
    full_name: str
    origin: str = ""
    """On which host, and from which address, as the activity tells it (A3)."""


def own_account() -> Account:
    """The account this process runs as; environment variables have no say in it.

    Raises `Forbidden` in the session of a key: the account is the service's then, and nobody's.
    Raises `Refused` for an account without a name.
    """
    if restricted_session():
        raise Forbidden("In a session over SSH, who you are is said by your key alone.")
    entry = account_entry()
    name = clean_line(entry.pw_gecos.split(",")[0]) or entry.pw_name
    return Account(
        entry.pw_name, name, _origin(f"account {entry.pw_name} on {os.uname().nodename}")
    )


def is_new(studio: Studio) -> bool:
    """Whether nobody is known yet: who signs in then is the first admin. Raises `Refused` where a
    backup is still to be restored."""
    with studio.seen_by(None).store.reading():
        known = users.any_user()
    if not known:
        studio.store.require_restored()
    return not known


def found(studio: Studio, account: Account) -> Actor | None:
    """Make ``account`` the first admin of a new database; None where somebody is known already."""
    if not is_new(studio):
        return None
    with studio.store.writing():
        # Another may have been quicker.
        return None if users.any_user() else _first_admin(studio, account)


def sign_in(studio: Studio, account: Account) -> Actor:
    """The actor behind an account; on a new database, its first admin.

    Raises `Forbidden` for an account that no user has, or whose user has left.
    """
    if founder := found(studio, account):
        return founder
    with studio.seen_by(None).store.reading():
        actor = users.actor_of(account.login)
    if actor is None:
        raise Forbidden(
            f"The account {account.login} belongs to no active user of this Studio: "
            "ask an admin to import you with this login."
        )
    return replace(actor, origin=account.origin)


def who_asks(studio: Studio) -> Actor:
    """The actor of this process: by the key that opened the session, or else by its account."""
    key = session_key()
    return sign_in(studio, own_account()) if key is None else sign_in_by_key(studio, key)


def sign_in_by_key(studio: Studio, fingerprint: str) -> Actor:
    """The actor who has this key.

    Raises `Forbidden` for a key that nobody has, or whose owner has left; and in a process whose
    account does not own the database: whoever does not, names themself.
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


def _first_admin(studio: Studio, account: Account) -> Actor:
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
    # Once in the life of a Studio: no other command waits for it.
    from studio_tui.services.templates.starters import add_starters

    add_starters(studio, actor)
    return actor


def _origin(opened_by: str) -> str:
    """From where somebody comes: what opened the session, and the address where there is one."""
    address = client_address()
    return clean_line(f"{opened_by} from {address}" if address else opened_by)[:MAX_NAME]


def _names(name: str) -> tuple[str, str]:
    """Given and family name, neither empty: what is exported can be imported (U6)."""
    given, _, family = name.partition(" ")
    return given, family or "(admin)"


def _address(login: str) -> str:
    """A well-formed address that leads nowhere, until an import brings the real one."""
    return f"{_NOT_IN_ADDRESS.sub('-', login)[:_LONGEST]}@localhost.localdomain"
