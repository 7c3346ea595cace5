"""Who is asking (A1): the account of the operating system, never a name that somebody gives."""

import os
import pwd
import re
from dataclasses import dataclass

from studio_tui.domain.access import Actor
from studio_tui.domain.errors import Forbidden
from studio_tui.domain.text import clean_line
from studio_tui.domain.users import Role, full_name
from studio_tui.services.context import Studio
from studio_tui.services.starters import add_starters
from studio_tui.storage import people
from studio_tui.storage.activity import write_activity

_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 64
"""Characters that an address can have before the @."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    login: str
    full_name: str


def own_account() -> Account:
    """The account this process runs as; environment variables have no say in it."""
    entry = pwd.getpwuid(os.getuid())
    return Account(entry.pw_name, clean_line(entry.pw_gecos.split(",")[0]) or entry.pw_name)


def is_new(studio: Studio) -> bool:
    """Whether nobody is known yet: who signs in then is the first admin."""
    with studio.store.reading():
        return not people.any_user()


def found(studio: Studio, account: Account) -> Actor | None:
    """Make ``account`` the first admin of a new database; None where somebody is known already."""
    if not is_new(studio):
        return None
    with studio.store.writing():
        # Another may have been quicker.
        return None if people.any_user() else _first_admin(studio, account)


def sign_in(studio: Studio, account: Account) -> Actor:
    """The actor behind an account; on a new database, its first admin.

    Raises `Forbidden` for an account that no user has, or whose user has left.
    """
    if founder := found(studio, account):
        return founder
    with studio.store.reading():
        actor = people.actor_of(account.login)
    if actor is None:
        raise Forbidden(
            f"The account {account.login} belongs to no active user of this Studio: "
            "ask an admin to import you with this login."
        )
    return actor


def _first_admin(studio: Studio, account: Account) -> Actor:
    organisation = studio.settings.organisation
    given, family = _names(account.full_name or account.login)
    user_id = people.insert_first_user(
        account.login,
        _address(account.login),
        given,
        family,
        organisation.language,
        organisation.time_zone,
    )
    actor = Actor(user_id, account.login, full_name(given, family), Role.ADMIN)
    write_activity(actor, studio.now(), "set up", "the Studio")
    add_starters(studio, actor)
    return actor


def _names(name: str) -> tuple[str, str]:
    """Given and family name, neither empty: what is exported can be imported (U6)."""
    given, _, family = name.partition(" ")
    return given, family or "(admin)"


def _address(login: str) -> str:
    """A well-formed address that leads nowhere, until an import brings the real one."""
    return f"{_NOT_IN_ADDRESS.sub('-', login)[:_LONGEST]}@localhost.localdomain"
