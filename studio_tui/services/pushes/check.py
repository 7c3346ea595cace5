"""The check of a push before users are assigned (P19): warnings and the people they concern."""

from collections.abc import Iterator

from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.check import (
    CheckKind,
    PushWarning,
    is_night,
    is_weekend,
    working_days,
)
from studio_tui.domain.pushes.push import PushFacts
from studio_tui.domain.shared.clock import zone_named
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes.pushes import push_facts, release_time
from studio_tui.services.system.context import Studio
from studio_tui.services.system.working_days import days_off
from studio_tui.storage.people.users import People, these_users
from studio_tui.storage.pushes import check as found

_SHOWN = 1_000


def check(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    adding: Selection[UserFilter] | None = None,
) -> list[PushWarning]:
    """Return warnings about the people who still have to talk in ``push``, and those in ``adding``.

    No warning prevents assigning.
    """
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        current = push_facts(studio, push.id)
        people = found.with_those_added(push.id, adding or Selection())
        return list(_warnings(studio, current, people))


def _warnings(studio: Studio, push: PushFacts, people: People) -> Iterator[PushWarning]:
    yield from _of(CheckKind.NO_MANAGER, found.without_manager(people))
    yield from _of(CheckKind.NO_ADDRESS, found.without_address(people))
    others = found.in_another_push(people, push.id, push.template_id)
    yield from _of(CheckKind.OTHER_PUSH, others)
    if is_weekend(push.deadline):
        yield PushWarning(CheckKind.DEADLINE_WEEKEND, 1)
    elif days_off(studio)(push.deadline):
        yield PushWarning(CheckKind.DEADLINE_DAY_OFF, 1)
    days = working_days(max(push.available_from, studio.today()), push.deadline)
    if studio.today() <= push.deadline:
        loaded = found.managers_with_more_than(people, days)
        yield from _of(CheckKind.MANAGER_LOAD, these_users(loaded), len(loaded))
    leaves = release_time(studio, push.available_from)
    asleep = [
        name for name in found.zones(people) if is_night(leaves, zone_named(name, studio.zone))
    ]
    if asleep:
        yield from _of(CheckKind.NIGHT_MAIL, found.living_in(people, asleep))


def _of(kind: CheckKind, people: People, count: int | None = None) -> Iterator[PushWarning]:
    number = found.count_people(people) if count is None else count
    if number:
        yield PushWarning(kind, number, found.logins(people, _SHOWN))
