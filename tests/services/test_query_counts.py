"""The number of SQL statements of each service call does not depend on the number of rows."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from studio_tui.domain.audiences.audience import quoted
from studio_tui.domain.conversations.conversation import Plan
from studio_tui.domain.outbox.notification import Delivery, NotificationFilter
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.groups import GroupBy
from studio_tui.domain.pushes.push import AssignmentFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.services import conversations
from studio_tui.services.audiences import segments
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.outbox import delivery, outbox
from studio_tui.services.people import users
from studio_tui.services.pushes import assign, check, groups, pushes, remind
from studio_tui.services.system.context import Studio
from studio_tui.services.today import today
from tests.acting import MESSAGE, as_user
from tests.organisation import create_push, import_people
from tests.services.conftest import MovableClock

EXPECTED = {
    "all users": 12,
    "one user": 20,
    "all pushes": 9,
    "one push": 9,
    "users of a push": 8,
    "check of a push": 12,
    "groups of a push": 7,
    "my conversations": 8,
    "today": 37,
    "outbox": 6,
    "segments": 5,
    "filter": 4,
    "plan": 38,
    "move": 37,
    "assign": 28,
    "remind": 28,
    "claim": 16,
    "settle": 3,
    "unassign": 17,
    "close": 17,
}
"""Statements per call, without those that begin and end its transaction."""
_TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
_EVERYBODY = Selection.matching(UserFilter())
_ALL_OF_IT = Selection.matching(AssignmentFilter())


class _Statements(logging.Handler):
    """A handler that counts the statements that Peewee logs."""

    taken = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one statement."""
        if not str(record.msg[0]).startswith(_TRANSACTION):
            self.taken += 1


@contextmanager
def _statements() -> Iterator[_Statements]:
    logger, handler = logging.getLogger("peewee"), _Statements()
    level, told = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    # Without this, pytest prints hundreds of logged statements when a test fails.
    logger.propagate = False
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = told


@pytest.mark.one_engine
@pytest.mark.parametrize("people", [30, 90])
def test_a_call_executes_as_many_statements_for_many_users_as_for_few(
    studio: Studio, admin: Actor, clock: MovableClock, people: int
) -> None:
    taken: dict[str, int] = {}

    def count(name: str, call: Callable[[], object]) -> None:
        with _statements() as statements:
            call()
        taken[name] = statements.taken

    rows = [
        "login,email,given_name,family_name,teams,leads",
        "lead,l@example.org,Lea,Der,,Sales",
    ]
    rows += [f"p{n},p{n}@example.org,Pat,{n},Sales," for n in range(people)]
    import_people(studio, admin, "\n".join(rows))
    leader = as_user(studio, "lead")
    push, other = create_push(studio, admin), create_push(studio, admin, "Other")
    assign.assign(studio, admin, push, _EVERYBODY)

    def claim() -> list[Delivery]:
        lasting = timedelta(minutes=5)
        claimed = delivery.claim(studio, "worker", limit=1000, lasting=lasting)
        return list(claimed.deliveries)

    count("all users", lambda: users.every(studio, admin, UserFilter()))
    count("one user", lambda: users.find(studio, admin, "lead"))
    count("all pushes", lambda: pushes.every(studio, admin))
    count("one push", lambda: pushes.show(studio, admin, push.id))
    count("users of a push", lambda: assign.every(studio, admin, push))
    count("check of a push", lambda: check.check(studio, admin, push))
    count("groups of a push", lambda: groups.every(studio, admin, push, GroupBy.TEAM))
    count("my conversations", lambda: conversations.my_conversations(studio, leader))
    count("today", lambda: today.show(studio, admin))
    count("outbox", lambda: outbox.every(studio, admin, NotificationFilter()))
    for number in range(people // 30):
        some = audience_of(studio, admin, f'login p{number} and not in push "Other"')
        segments.save(studio, admin, f"Part {number}", some)
    count("segments", lambda: segments.every(studio, admin))
    named = {"segment": "Part 0", "in push": "Other", "team": "Sales"}
    where = " or ".join(
        f"{word} in ({', '.join([quoted(name)] * people)})" for word, name in named.items()
    )
    count("filter", lambda: audience_of(studio, admin, where))
    ask, day = conversations.find(studio, push.name, "p0"), timedelta(days=1)
    count("plan", lambda: conversations.plan(studio, leader, ask, Plan(studio.now() + day)))
    count("move", lambda: conversations.plan(studio, leader, ask, Plan(studio.now() + 2 * day)))
    count("assign", lambda: assign.assign(studio, admin, other, _EVERYBODY))
    clock.move(hours=1)
    count("remind", lambda: remind.remind(studio, admin, push, _ALL_OF_IT))
    clock.move(hours=1)
    claimed: list[Delivery] = []
    count("claim", lambda: claimed.extend(claim()))
    assert len(claimed) > people
    sent = [
        delivery.SentSettlement(each.id, "p@example.org", studio.now(), MESSAGE) for each in claimed
    ]
    count("settle", lambda: delivery.settle(studio, "worker", sent))
    count("unassign", lambda: assign.unassign(studio, admin, other, _ALL_OF_IT))
    count("close", lambda: pushes.close(studio, admin, push))
    assert taken == EXPECTED
