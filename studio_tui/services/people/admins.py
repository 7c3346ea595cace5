"""That there is always an admin who can come in (U5, A1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio_tui.domain.people.hr_file import UserRef
from studio_tui.domain.shared.text import fold
from studio_tui.services.people.import_plan import is_admin
from studio_tui.storage.people import import_read
from studio_tui.storage.people.import_read import Profile


@dataclass(frozen=True, slots=True)
class AdminsLost:
    """How the Studio would be left without an admin."""

    names: str
    """Who would be admin no more: ``Els Claes (els)``."""
    renamed: str
    """Who would only get another login, ``els becomes claes``; empty where nobody is left."""


def admins_lost(
    before: Mapping[UserRef, Profile], after: Mapping[UserRef, Profile]
) -> AdminsLost | None:
    """What stands in the way of a change where nobody would be admin any more, or come in as one:
    the account of an admin is known by its login. None where an admin is left.

    Asked inside an open unit of work, before anything is written.
    """
    admins = import_read.active_admins()
    left = {ref: profile for ref, profile in after.items() if is_admin(profile)}
    if admins - after.keys() or any(_keeps_login(before.get(ref), p) for ref, p in left.items()):
        return None
    renamed = ", ".join(f"{before[ref].login} becomes {p.login}" for ref, p in left.items())
    losing = sorted(ref for ref in admins if isinstance(ref, int))
    return AdminsLost(", ".join(f"{after[r].name} ({after[r].login})" for r in losing), renamed)


def _keeps_login(before: Profile | None, after: Profile) -> bool:
    """Whether the account that somebody comes in by is still theirs; one who is added has it."""
    return before is None or fold(before.login) == fold(after.login)
