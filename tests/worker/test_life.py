"""The life cycle of notifications against a small model (N2, N4, N5, N8).

An admin assigns, unassigns, undoes, closes, reopens, drops and retries. Two workers claim, hand
back and settle, in time or too late. The model stores only which worker holds which notification.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from studio_tui.domain.outbox.kinds import Capacity
from studio_tui.domain.outbox.notification import (
    UNSENT,
    Notification,
    NotificationFilter,
    NotificationState,
    may_become,
)
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushState
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.outbox import delivery as delivering
from studio_tui.services.outbox import outbox
from studio_tui.services.outbox import undo as undoing
from studio_tui.services.outbox.delivery import (
    FailedSettlement,
    RetrySettlement,
    SentSettlement,
    Settlement,
)
from studio_tui.services.pushes import assign as assigning
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from tests.acting import MESSAGE, assign, assigned, now
from tests.machines import machine_settings
from tests.organisation import create_push
from tests.services.conftest import MovableClock

SENDING, SENT = NotificationState.SENDING, NotificationState.SENT
QUEUED, FAILED = NotificationState.QUEUED, NotificationState.FAILED
LEASE = timedelta(minutes=5)
LOGINS = st.sampled_from(("ann", "ben", "eve"))
DOINGS = ("claim", "settle", "settle", "be late", "hand back")
WORKERS = st.sampled_from(("A", "B"))


class Life(RuleBasedStateMachine):
    """A push in a Studio that many runs share."""

    studio: ClassVar[Studio]
    admin: ClassVar[Actor]
    clock: ClassVar[MovableClock]
    numbers: ClassVar[Iterator[int]]

    def __init__(self) -> None:
        super().__init__()
        self.push = create_push(self.studio, self.admin, f"Push {next(self.numbers)}", lasts=9_000)
        self.acts: list[int] = []
        self.holders: dict[int, str] = {}
        """The worker that last claimed each notification."""
        self.believed: dict[str, list[int]] = {"A": [], "B": []}
        """The notifications that each worker claimed and has not settled, held or not."""
        self.settled_as_sent = Counter[int]()
        self.before: dict[int, Notification] = {}

    @initialize()
    def begin(self) -> None:
        self.assign("ann")

    @rule(login=LOGINS)
    def assign(self, login: str) -> None:
        if self._now().state is not PushState.CLOSED and login not in self._assigned():
            self.acts.append(assign(self.studio, self.admin, self.push, login).activity_id)

    @rule(what=st.sampled_from(("unassign", "undo", "close", "reopen", "drop", "retry")))
    def something_else(self, what: str) -> None:
        """Combine all acts that end a life in one rule, so that enough notifications live on."""
        getattr(self, what)()

    def unassign(self) -> None:
        logins = sorted(self._assigned())
        if self._now().state is not PushState.CLOSED and logins:
            assigning.unassign_users(self.studio, self.admin, self.push, logins[:1])

    def undo(self) -> None:
        """Undo changes only mail that waits, and nothing once mail of the act has left."""
        left = self._in_states(SENDING, SENT, FAILED)
        if self.acts:
            waiting = self._in_states(*UNSENT)
            try:
                dropped = undoing.undo(self.studio, self.admin, self.acts[-1])
            except Refused:
                dropped = 0
            assert len(waiting) - len(self._in_states(*UNSENT)) == dropped
        assert self._in_states(SENDING, SENT, FAILED) == left

    def close(self) -> None:
        if self._now().state is not PushState.CLOSED:
            pushes.close(self.studio, self.admin, self._now())
            assert not self._in_states(*UNSENT)

    def reopen(self) -> None:
        if self._now().state is PushState.CLOSED:
            pushes.reopen(self.studio, self.admin, self._now())

    @rule(minutes=st.sampled_from((1, 2, 6)))
    def time_passes(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule(
        worker=WORKERS,
        what=st.sampled_from(("claim", "settle", "settle", "hand back")),
        at=st.data(),
    )
    def work(self, worker: str, what: str, at: st.DataObject) -> None:
        """Combine all actions of workers in one rule, so that enough notifications are finished."""
        if what == "claim" or not any(self.believed.values()):
            self.claim(worker, at.draw(st.sampled_from((1, 50))), late=at.draw(st.booleans()))
        elif what == "settle":
            outcome = at.draw(st.sampled_from((SENT, FAILED, QUEUED)))
            self.settle(worker, outcome, latest=at.draw(st.booleans()))
        elif what == "be late":
            (other,) = self.believed.keys() - {worker}
            self.claim(other, 50, late=True)
            self.settle(worker, at.draw(st.sampled_from((SENT, FAILED, QUEUED))), latest=True)
        else:
            self.hand_back(worker)

    def claim(self, worker: str, limit: int, late: bool) -> None:
        """Claim due mail, including mail whose lease by the other worker has expired."""
        if late:
            self.time_passes(6)
            self.the_outbox_is_as_it_must_be()
        instant = self.studio.now()
        due = {
            row_id
            for row_id, n in self._rows().items()
            # A worker does not claim what it holds itself, however long ago its lease expired.
            if self._is_due(n) and self.holders.get(row_id) != worker
        }
        claimed = delivering.claim(self.studio, worker, limit=limit, lasting=LEASE)
        assert claimed.taken == min(limit, len(due))
        for delivery in claimed.deliveries:
            assert delivery.id in due
            self.holders[delivery.id] = worker
            self.believed[worker].append(delivery.id)
            assert self._rows()[delivery.id].due_at == instant + LEASE
        for row_id in due - self._in_states(SENDING):
            # The reason for the mail no longer exists, so it was dropped.
            self.holders.pop(row_id, None)

    def settle(self, worker: str, outcome: NotificationState, latest: bool) -> None:
        """The holder records the outcome; a worker whose claim was taken over changes nothing."""
        if not self.believed[worker]:
            return
        row_id = self.believed[worker].pop(-1 if latest else 0)
        before = self._rows()
        delivering.settle(self.studio, worker, [self._settlement(row_id, outcome)])
        after = self._rows()
        if self.holders.get(row_id) == worker:
            del self.holders[row_id], before[row_id]
            assert after.pop(row_id).state is outcome
            self.settled_as_sent[row_id] += outcome is SENT
        assert after == before

    def hand_back(self, worker: str) -> None:
        held = [row_id for row_id, holder in self.holders.items() if holder == worker]
        assert delivering.hand_back(self.studio, worker) == len(held)
        for row_id in held:
            del self.holders[row_id]
            assert self._rows()[row_id].state is QUEUED

    def drop(self) -> None:
        self._in_outbox(outbox.drop, self._in_states(*UNSENT, FAILED))

    def retry(self) -> None:
        self._in_outbox(outbox.retry, self._in_states(FAILED))

    @invariant()
    def the_outbox_is_as_it_must_be(self) -> None:
        """Only permitted transitions occur, only holders send mail, and none is sent twice."""
        rows = self._rows()
        for row_id, was in self.before.items():
            state = rows[row_id].state
            assert state is was.state or may_become(was.state, state), (was.state, state)
        self.before = rows
        assert _in_states(rows, SENDING) == self.holders.keys()
        assert _in_states(rows, SENT) == {row_id for row_id, n in self.settled_as_sent.items() if n}
        told = Counter(row.recipient for row in rows.values() if row.capacity is Capacity.USER)
        assert {1} >= {*told.values(), *self.settled_as_sent.values()} - {0}

    def teardown(self) -> None:
        """Leave no mail for the next run to claim."""
        for worker in ("A", "B"):
            delivering.hand_back(self.studio, worker)
        self._in_outbox(outbox.drop, self._in_states(*UNSENT, FAILED))

    def _settlement(self, row_id: int, outcome: NotificationState) -> Settlement:
        if outcome is SENT:
            return SentSettlement(row_id, "ann@example.org", self.studio.now(), MESSAGE)
        if outcome is FAILED:
            return FailedSettlement(row_id, "ann@example.org", "550 no")
        return RetrySettlement(
            row_id, self.studio.now() + timedelta(minutes=1), "451 later", tried=True
        )

    def _in_outbox(
        self,
        act: Callable[[Studio, Actor, Selection[NotificationFilter]], int],
        ids: set[int],
    ) -> None:
        if ids:
            assert act(self.studio, self.admin, Selection.of(ids)) == len(ids)

    def _is_due(self, row: Notification) -> bool:
        return row.state in (QUEUED, SENDING) and row.due_at <= self.studio.now()

    def _in_states(self, *states: NotificationState) -> set[int]:
        return _in_states(self._rows(), *states)

    def _rows(self) -> dict[int, Notification]:
        filter_ = NotificationFilter(push_id=self.push.id)
        return {row.id: row for row in outbox.every(self.studio, self.admin, filter_)}

    def _now(self) -> Push:
        return now(self.studio, self.admin, self.push)

    def _assigned(self) -> set[str]:
        return set(assigned(self.studio, self.admin, self.push))


def _in_states(rows: dict[int, Notification], *states: NotificationState) -> set[int]:
    return {row_id for row_id, row in rows.items() if row.state in states}


@pytest.fixture
def machine(studio: Studio, admin: Actor, clock: MovableClock) -> type[Life]:
    """The state machine, on this Studio."""

    class Here(Life):
        pass

    Here.studio, Here.admin, Here.clock, Here.numbers = studio, admin, clock, count()
    return Here


def test_attempted_mail_restored_after_a_drop_is_queued_without_a_hold(machine: type[Life]) -> None:
    """A sequence that is too rare among random steps."""
    life = machine()
    life.begin()
    life.claim("A", 50, late=True)
    life.settle("A", QUEUED, latest=True)
    life.the_outbox_is_as_it_must_be()
    life.close()
    life.the_outbox_is_as_it_must_be()
    life.reopen()
    life.the_outbox_is_as_it_must_be()
    assert [row.state for row in life.before.values()].count(QUEUED) == 1


def test_notifications_follow_the_rules_in_any_order_of_events(machine: type[Life]) -> None:
    run_state_machine_as_test(
        machine,
        settings=machine_settings(20, 30),
    )
