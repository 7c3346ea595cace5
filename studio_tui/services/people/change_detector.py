"""Detection of changes to people in open pushes, for the desk of changes (U7).

Every change to people, by an import or by hand, is written between the creation of a
`ChangeDetector` and the call of `record`, in one transaction.
"""

from collections.abc import Collection, Iterable, Sequence

from studio_tui.domain.people.keys import key
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import review_write
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write, ids_of_teams
from studio_tui.storage.people.review_write import PeopleImpact
from studio_tui.storage.people.users import ids_of_logins


class ChangeDetector:
    """Stores the state before ``writes`` are written and compares it afterwards.

    ``teams`` holds ids of further teams that are moved or get other leaders.
    """

    def __init__(
        self, studio: Studio, writes: Sequence[Write], teams: Collection[int] = ()
    ) -> None:
        self._touched = _touched(writes, teams)
        self._added = [one.after.login for one in writes if one.before is None]
        matters = self._touched.anything or bool(self._added)
        self._looks = matters and review_write.is_any_waiting(studio.now())
        if self._looks:
            review_write.record_managers(self._touched, studio.now())

    def record(self, studio: Studio, activity_id: int) -> int:
        """Add the effects of the change to the desk and return the number of lines added.

        ``activity_id`` is the line of activity of the change.
        """
        if not self._looks:
            return 0
        added = list(ids_of_logins(map(key, self._added)).values()) if self._added else []
        return review_write.put_changes(self._touched, added, activity_id, studio.now())


def _touched(writes: Sequence[Write], teams: Collection[int]) -> PeopleImpact:
    moved, left, returned = set[int](), set[int](), set[int]()
    readdressed, led = dict[int, str](), set[str]()
    for one in writes:
        before, after, user_id = one.before, one.after, one.ref
        if before is None or not isinstance(user_id, int):
            led |= after.leads
            continue
        if before.active != after.active:
            (returned if after.active else left).add(user_id)
            led |= before.leads | after.leads
        if before.leads != after.leads:
            led |= before.leads ^ after.leads
        if _links(before) != _links(after):
            moved.add(user_id)
        if key(before.email) != key(after.email):
            readdressed[user_id] = before.email
    return PeopleImpact(
        frozenset(moved),
        frozenset(teams) | _ids(led),
        frozenset(left),
        frozenset(returned),
        readdressed,
    )


def _ids(keys: Iterable[str]) -> frozenset[int]:
    found = set(keys)
    return frozenset(ids_of_teams(found).values()) if found else frozenset()


def _links(profile: Profile) -> tuple[object, ...]:
    """Return the facts that make a person a manager or give them one."""
    return profile.teams, profile.leads, profile.coaches
