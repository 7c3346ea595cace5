"""Who is asking (A1): the account of the operating system, never a name that somebody gives."""

import os
import pwd
from dataclasses import dataclass

from studio_tui.domain.access import Actor
from studio_tui.domain.errors import Forbidden
from studio_tui.domain.text import clean_line
from studio_tui.domain.users import Role
from studio_tui.services.context import Studio
from studio_tui.services.starters import add_starters
from studio_tui.storage import people
from studio_tui.storage.activity import write_activity


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system."""

    login: str
    full_name: str


def own_account() -> Account:
    """The account this process runs as; environment variables have no say in it."""
    entry = pwd.getpwuid(os.getuid())
    return Account(entry.pw_name, clean_line(entry.pw_gecos.split(",")[0]) or entry.pw_name)


def sign_in(studio: Studio, account: Account) -> Actor:
    """The actor behind an account; on a new database, its first admin.

    Raises `Forbidden` for an account that no user has, or whose user has left.
    """
    with studio.store.reading():
        is_new = not people.any_user()
        actor = None if is_new else people.actor_of(account.login)
    if is_new:
        return _first_admin(studio, account)
    if actor is None:
        raise Forbidden(
            f"The account {account.login} belongs to no active user of this Studio: "
            "ask an admin to import you with this login."
        )
    return actor


def _first_admin(studio: Studio, account: Account) -> Actor:
    with studio.store.writing():
        if people.any_user():
            return sign_in(studio, account)
        user_id = people.insert_first_user(
            account.login,
            f"{account.login}@localhost",
            account.full_name,
            studio.settings.organisation.language,
            studio.settings.organisation.time_zone,
        )
        actor = Actor(user_id, account.login, account.full_name, Role.ADMIN)
        write_activity(actor, studio.now(), "set up", "the Studio")
        add_starters(studio, actor)
        return actor
