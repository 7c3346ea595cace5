"""What a change of people does to who is in an open push is noticed, and put on the desk (U7).

Whatever changes people does so between `Noticing` and `Noticing.record`, in one transaction: an
import, and every edit by hand.
"""

from collections.abc import Collection, Iterable, Sequence

from studio_tui.domain.people.keys import key
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import review_write
from studio_tui.storage.people.import_read import Profile
from studio_tui.storage.people.import_write import Write, ids_of_teams
from studio_tui.storage.people.review_write import Touched
from studio_tui.storage.people.users import ids_of_logins


class Noticing:
    """Remembers how things were before ``writes`` are written.

    ``teams``: ids of teams that get another place or other leaders besides.
    """

    def __init__(
        self, studio: Studio, writes: Sequence[Write], teams: Collection[int] = ()
    ) -> None:
        self._touched = _touched(writes, teams)
        self._added = [one.after.login for one in writes if one.before is None]
        matters = self._touched.anything or bool(self._added)
        self._looks = matters and review_write.anybody_waits(studio.now())
        if self._looks:
            review_write.look(self._touched, studio.now())

    def record(self, studio: Studio, activity_id: int) -> int:
        """Put on the desk what the act of this line of activity did; returns how many lines."""
        if not self._looks:
            return 0
        added = list(ids_of_logins(map(key, self._added)).values()) if self._added else []
        return review_write.put(self._touched, added, activity_id, studio.now())


def _touched(writes: Sequence[Write], teams: Collection[int]) -> Touched:
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
    return Touched(
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
    """What makes somebody a manager, or gives them one."""
    return profile.teams, profile.leads, profile.coaches
