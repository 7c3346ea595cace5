"""A check that at least one admin can always sign in (U5, A1)."""

from collections.abc import Mapping

from studio_tui.domain.people.hr_file import UserRef
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.text import fold
from studio_tui.services.people.import_plan import is_admin
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.stored_scope import active_admins


@dataclass(frozen=True, slots=True)
class AdminsLost:
    """The reason why a change would leave the Studio without an admin."""

    names: str
    """Users who would lose the role admin, as in ``Els Claes (els)``."""
    renamed: str
    """Admins who would only get another login, as in ``els becomes claes``. Empty if no admin
    remains."""


def admins_lost(
    before: Mapping[UserRef, Profile], after: Mapping[UserRef, Profile]
) -> AdminsLost | None:
    """Return why a change would leave no admin who can sign in; None if an admin remains.

    An admin signs in by the login of an account, so an admin whose login changes does not count.
    Call this inside an open unit of work, before anything is written.
    """
    admins = active_admins()
    left = {ref: profile for ref, profile in after.items() if is_admin(profile)}
    if admins - after.keys() or any(_keeps_login(before.get(ref), p) for ref, p in left.items()):
        return None
    renamed = ", ".join(f"{before[ref].login} becomes {p.login}" for ref, p in left.items())
    losing = sorted(ref for ref in admins if isinstance(ref, int))
    return AdminsLost(", ".join(f"{after[r].name} ({after[r].login})" for r in losing), renamed)


def _keeps_login(before: Profile | None, after: Profile) -> bool:
    """Return whether a user keeps the login of their account; always true for an added user."""
    return before is None or fold(before.login) == fold(after.login)
